"""`peakguard report`: what went wrong, from the journal of the project."""

from __future__ import annotations

import argparse
import json
import os
import re
import sys
import time
from datetime import UTC, datetime

from peakguard.api.journal_report import journal_report
from peakguard.cli.exit_codes import CLEAN
from peakguard.cli.refusal import Refusal
from peakguard.diagnostics import codes
from peakguard.diagnostics.diagnostic import found
from peakguard.diagnostics.span import Span

_FORMATS = ("text", "json", "markdown", "prometheus")
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
_AGE = re.compile(r"(\d{1,6})([smhdw])")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    parser.add_argument(
        "--since", type=_since, metavar="WHEN", help="only since a time (2026-01-31) or an age (24h, 7d)"
    )
    parser.add_argument("--code", metavar="CODE", help="only the events of a code, such as PT-1103")
    parser.add_argument("--run", metavar="RUN_ID", help="only the events of a run; the first digits of its id will do")
    parser.add_argument("--format", choices=_FORMATS, default="text", help="form of the report (default: text)")
    parser.add_argument("--root", metavar="DIR", help="root of the project (default: found from here)")


def run(options: argparse.Namespace) -> int:
    """Report. Raises Refusal for a journal that cannot be read."""
    try:
        report = journal_report(options.root, options.since, code=options.code, run=options.run)
    except OSError as error:
        place = os.fspath(error.filename) if error.filename else ".peakguard/journal"
        reason = (error.strerror or "cannot be read").lower()
        raise Refusal(found(codes.UNREADABLE_FILE, Span.whole(place), reason=reason)) from error
    if options.format == "json":
        sys.stdout.write(json.dumps(report, indent=2, ensure_ascii=False) + "\n")
        return CLEAN
    from peakguard.reporters import journal

    writers = {"markdown": journal.journal_markdown, "prometheus": journal.journal_prometheus}
    sys.stdout.write(writers.get(options.format, journal.journal_text)(report))
    return CLEAN


def _since(text: str) -> int:
    """Nanoseconds since 1970 of a time or an age."""
    age = _AGE.fullmatch(text)
    if age is not None:
        return time.time_ns() - int(age[1]) * _UNITS[age[2]] * 10**9
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"{text!r} is neither a time such as 2026-01-31 nor an age such as 24h"
        ) from None
    moment = moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
    return round(moment.timestamp()) * 10**9
