"""`peakguard chaos SCENARIO -- CMD`: run a program under planted faults, and say what becomes of each."""

from __future__ import annotations

import argparse
import json
import shlex
import sys

from peakguard.cli.arguments import length, seed
from peakguard.cli.exit_codes import CLEAN, FINDINGS
from peakguard.cli.refusal import Refusal
from peakguard.diagnostics.diagnostic import found
from peakguard.diagnostics.span import Span
from peakguard.runtime.errors import PeakguardError, PolicyError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    parser.add_argument("scenario", metavar="SCENARIO", help="a scenario of a chaos policy")
    _add_options(parser)
    parser.add_argument(
        "program",
        nargs=argparse.REMAINDER,
        metavar="-- PROGRAM",
        help="python FILE …, python -m MODULE …, or a script (default: the command of the scenario)",
    )


def _add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--fault", metavar="NAME", help="plant this fault alone (default: each alone, then all)")
    parser.add_argument("--seed", type=seed, metavar="N", help="what chance follows from (default: as the policy says)")
    parser.add_argument("--timeout", type=length, metavar="D", help="a run that takes longer hangs, such as 30s")
    parser.add_argument("--bare", action="store_true", help="take the guards off: what the program is without them")
    parser.add_argument(
        "--format", choices=("text", "json", "junit", "markdown"), default="text", help="form of the report"
    )
    parser.add_argument("--root", metavar="DIR", help="root of the project (default: found from here)")


def run(options: argparse.Namespace) -> int:
    """Run the scenario: 0 where all ends as its policy expects, else 1. Raises Refusal where it cannot be run."""
    from peakguard.api.chaos import run_scenario
    from peakguard.reporters import chaos

    words = _words(options)
    told = _told if sys.stderr.isatty() else None
    try:
        report = run_scenario(
            options.scenario, words, root=options.root, seed=options.seed, timeout=options.timeout,
            fault=options.fault, bare=options.bare, told=told,
        )  # fmt: skip # one line each would be longer
    except PolicyError as error:
        raise Refusal(*error.diagnostics) from error
    except PeakguardError as error:
        raise Refusal(found(error.code, Span.whole(shlex.join(words) or options.scenario), **error.context)) from error
    data = report.to_json()
    writers = {"text": chaos.text, "junit": chaos.junit, "markdown": chaos.markdown}
    write = writers.get(options.format)
    sys.stdout.write(write(data) if write is not None else json.dumps(data, indent=2, default=str) + "\n")
    return CLEAN if report.ok or report.observed else FINDINGS


def _words(options: argparse.Namespace) -> list[str]:
    """The program; options that stand between the scenario and the program are taken as well."""
    given: list[str] = options.program
    is_late = given[:1] != ["--"] and given[:1] and given[0].startswith("-")
    end = given.index("--") if "--" in given else len(given)
    if is_late:
        parser = argparse.ArgumentParser(prog=f"peakguard chaos {options.scenario}")
        _add_options(parser)
        parser.parse_args(given[:end], options)
        given = given[end:]
    return given[1:] if given[:1] == ["--"] else given


def _told(what: str) -> None:
    sys.stderr.write(f"peakguard: running {what}\n")
