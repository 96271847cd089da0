"""`peakguard gate`: run the checks that a change must pass, and say what came of each."""

from __future__ import annotations

import argparse
import json
import os
import sys
from typing import TYPE_CHECKING

from peakguard.cli.exit_codes import CLEAN, FINDINGS
from peakguard.cli.files import write_file
from peakguard.cli.refusal import Refusal
from peakguard.diagnostics.diagnostic import found
from peakguard.diagnostics.span import Span
from peakguard.runtime.errors import PeakguardError, PolicyError

if TYPE_CHECKING:
    from peakguard.api.gate.outcome import Gated

_FORMATS = ("text", "json", "junit", "markdown")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    from peakguard.kinds.gate.names import check_names

    parser.add_argument("--profile", metavar="NAME", help="the profile of the gate (default: smoke)")
    parser.add_argument(
        "--check", action="append", choices=check_names(), default=[], help="run only this check; may be given again"
    )
    parser.add_argument("--format", choices=_FORMATS, default="text", help="form of the report (default: text)")
    parser.add_argument("--output", metavar="FILE", help="write the report to a file instead of standard output")
    for form in _FORMATS[1:]:
        parser.add_argument(f"--{form}", metavar="FILE", help=f"write a report in the form {form} to a file as well")
    parser.add_argument("--quiet", action="store_true", help="say nothing on standard error while checks run")
    parser.add_argument("--root", metavar="DIR", help="root of the project (default: found from here)")


def run(options: argparse.Namespace) -> int:
    """Run the gate: 0 where it is green, else 1. Raises Refusal where there is none, or its policy has errors."""
    from peakguard.api.gate.running import gate

    try:
        made = gate(
            options.root, options.profile, only=options.check, told=_silent if options.quiet else _told,
            today=os.environ.get("PEAKGUARD_TODAY"),
        )  # fmt: skip # one option a word
    except PolicyError as error:
        raise Refusal(*error.diagnostics) from error
    except PeakguardError as error:
        raise Refusal(found(error.code, Span.whole("peakguard gate"), **error.context)) from error
    for form in _FORMATS[1:]:
        path = getattr(options, form)
        if path is not None:
            write_file(path, _rendered(form, made).encode())
    if options.output is not None:
        write_file(options.output, _rendered(options.format, made).encode())
    else:
        sys.stdout.write(_rendered(options.format, made))
    return CLEAN if made.is_green or made.mode == "observe" else FINDINGS


def _rendered(form: str, made: Gated) -> str:
    if form == "json":
        return json.dumps(made.plain(), indent=2, ensure_ascii=False, default=str) + "\n"
    if form == "text":
        from peakguard.cli.output import wants_colour
        from peakguard.reporters.gate_text import render as text

        return text(made.plain(), colour=wants_colour(sys.stdout))
    if form == "junit":
        from peakguard.reporters.gate_junit import render as junit

        return junit(made.plain())
    from peakguard.reporters.gate_markdown import render as markdown

    return markdown(made.plain())


def _told(what: str) -> None:
    sys.stderr.write(f"peakguard: gate: {what}\n")
    sys.stderr.flush()


def _silent(_: str) -> None:
    """Nobody wants to hear."""
