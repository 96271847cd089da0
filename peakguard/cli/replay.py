"""`peakguard replay RUN`: make a recorded run once more, and say whether it gives the same."""

from __future__ import annotations

import argparse
import json
import os
import sys

from peakguard.cli.exit_codes import CLEAN, FINDINGS, USAGE
from peakguard.cli.refusal import Refusal
from peakguard.diagnostics.diagnostic import found
from peakguard.diagnostics.span import Span
from peakguard.runtime.errors import PeakguardError

_CODES = {"identical": CLEAN, "diverged": FINDINGS, "not replayable": USAGE}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    parser.add_argument("run", metavar="RUN", help="its id, the first digits of it, or `last`")
    parser.add_argument("--env", metavar="DIR", help="a virtual environment to repeat it in (default: this one)")
    parser.add_argument("--format", choices=("text", "json"), default="text", help="form of the report")
    parser.add_argument("--root", metavar="DIR", help="root of the project (default: found from here)")


def run(options: argparse.Namespace) -> int:
    """Repeat a run: 0 identical, 1 diverged, 2 not replayable. Raises Refusal for a run that there is not."""
    from peakguard.api.replaying import replay
    from peakguard.reporters.runs import replayed_text

    python = os.path.join(options.env, "bin", "python") if options.env is not None else None
    try:
        made = replay(options.run, options.root, python=python)
    except PeakguardError as error:
        raise Refusal(found(error.code, Span.whole(options.run), **error.context)) from error
    if options.format == "json":
        first = made.first._asdict() if made.first is not None else None
        table = {"version": 1, "run_id": made.run_id, "verdict": made.verdict, "first": first, "missing": made.missing}
        sys.stdout.write(json.dumps(table, indent=2, default=str) + "\n")
    else:
        sys.stdout.write(replayed_text(made.run_id, made.verdict, made.first, made.missing))
    return _CODES[made.verdict]
