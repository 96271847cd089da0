"""The command line: the one place that knows argparse and turns exceptions into exit codes."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from peakguard.cli.commands import COMMANDS, build_parser, load
from peakguard.cli.exit_codes import INTERRUPTED, OUR_FAULT, USAGE
from peakguard.cli.refusal import Refusal


def main(arguments: Sequence[str]) -> int:
    """Run a command line; returns its exit code."""
    if "run" not in arguments[:1]:
        # Looking for plugins of pydantic reads every installed distribution; none of them has business here. A program
        # that we run finds the environment as it was.
        os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    try:
        return _run(list(arguments))
    except Refusal as refusal:
        from peakguard.cli.output import print_refusal

        print_refusal(refusal)
        return USAGE
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        # The reader went away (`| head`); Python must not complain about it again while it shuts down.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:  # noqa: BLE001 # the one place where a fault of ours ends
        from peakguard.cli.crash import print_crash, refusal_of

        told = refusal_of(error, arguments)
        if told is not None:
            from peakguard.cli.output import print_refusal

            print_refusal(told)
            return USAGE

        print_crash(error, list(arguments))
        return OUR_FAULT


def _run(arguments: list[str]) -> int:
    command = next((word for word in arguments if not word.startswith("-")), None)
    parser = build_parser(command if command in COMMANDS else None)
    options = parser.parse_args(arguments)
    if options.version:
        from importlib.metadata import version

        sys.stdout.write(f"peakguard {version('peakguard')}\n")
        return 0
    if options.command is None:
        parser.print_help()
        return USAGE
    code = int(load(options.command).run(options))
    sys.stdout.flush()
    return code
