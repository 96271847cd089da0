"""`peakguard determinism -- CMD`: run a program under one change at a time, and name the change that it minds."""

from __future__ import annotations

import argparse
import json
import sys

from peakguard.cli.arguments import seed
from peakguard.cli.exit_codes import CLEAN, FINDINGS
from peakguard.cli.refusal import Refusal
from peakguard.diagnostics import codes
from peakguard.diagnostics.diagnostic import found
from peakguard.diagnostics.span import Span
from peakguard.runtime.errors import PolicyError

_NAMES = (
    "hash seed", "directory order", "clock", "entropy", "memory", "schedule", "threads", "time zone", "locale",
    "environment", "working folder", "import order",
)  # fmt: skip # a table


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    parser.add_argument("--seed", type=seed, default=0, metavar="N", help="the seed of all runs (default: 0)")
    parser.add_argument(
        "--only", action="append", choices=_NAMES, default=[], help="a change to try; may be given again"
    )
    parser.add_argument("--format", choices=("text", "json"), default="text", help="form of the report")
    parser.add_argument("--root", metavar="DIR", help="root of the project (default: found from here)")
    parser.add_argument(
        "program", nargs=argparse.REMAINDER, metavar="-- PROGRAM", help="python FILE …, python -m MODULE …, or a script"
    )


def run(options: argparse.Namespace) -> int:
    """Run the program under every change: 0 where all give the same, else 1. Raises Refusal where it cannot be run."""
    from peakguard.api.determinism import determinism
    from peakguard.reporters.runs import determinism_text

    words = options.program[1:] if options.program[:1] == ["--"] else options.program
    told = _told if sys.stderr.isatty() else None
    try:
        made = determinism(words, options.seed, options.root, only=options.only, told=told)
    except PolicyError as error:
        raise Refusal(*error.diagnostics) from error
    if made.problem is not None:
        data = {"command": " ".join(words), "problem": f"could not be run: {made.problem}"}
        raise Refusal(found(codes.NOT_A_PYTHON_PROGRAM, Span.whole(" ".join(words[:1]) or "determinism"), **data))
    if options.format == "json":
        rows = [{**each._asdict(), "first": each.first and each.first._asdict()} for each in made.findings]
        sys.stdout.write(json.dumps({"version": 1, "findings": rows}, indent=2, default=str) + "\n")
    else:
        sys.stdout.write(determinism_text(made.findings))
    return FINDINGS if any(each.first is not None for each in made.findings) else CLEAN


def _told(perturbation: str) -> None:
    sys.stderr.write(f"peakguard: trying {perturbation}\n")
