"""Writing to the terminal: colour only where a person looks, messages on stderr."""

from __future__ import annotations

import os
import sys
from typing import TextIO

from peakguard.cli.refusal import Refusal
from peakguard.reporters.report import Report


def wants_colour(stream: TextIO) -> bool:
    """Whether to colour what is written to a stream; NO_COLOR and FORCE_COLOR are honoured."""
    if os.environ.get("NO_COLOR"):
        return False
    return bool(os.environ.get("FORCE_COLOR")) or stream.isatty()


def print_run(stream: TextIO | None = None) -> None:
    """Say in which run a command was started, where there is one: its report is looked for by that."""
    if "TRACEPARENT" not in os.environ and "peakguard.runtime.context.scope" not in sys.modules:
        return
    from peakguard.runtime.context.carrier import extract
    from peakguard.runtime.context.scope import current

    context = current() or extract(os.environ)[0]
    if context is not None and context.run_id:
        (stream or sys.stdout).write(f"run {context.run_id}, trace {context.trace_id}\n")


def print_refusal(refusal: Refusal) -> None:
    """The findings of a refused command, on stderr."""
    from peakguard.reporters import report

    found = Report(refusal.findings, refusal.sources, files=0)
    sys.stderr.write(report("text", found, colour=wants_colour(sys.stderr)))
    print_run(sys.stderr)
