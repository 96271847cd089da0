"""`peakguard validate CONTRACT DATA…`: validate data files against a contract."""

from __future__ import annotations

import argparse
import json
import os
import sys
from typing import Any

from peakguard.cli.exit_codes import CLEAN, FINDINGS
from peakguard.cli.refusal import Refusal
from peakguard.diagnostics.diagnostic import Diagnostic, found
from peakguard.diagnostics.span import Span
from peakguard.runtime.errors import PeakguardError, PolicyError
from peakguard.runtime.violation import Verdict


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    parser.add_argument("contract", metavar="CONTRACT", help="name of the contract")
    parser.add_argument("data", nargs="+", metavar="DATA", help="data files: .parquet .csv .tsv .arrow .ndjson")
    parser.add_argument("--format", choices=("text", "json"), default="text", help="form of the report")
    parser.add_argument(
        "--examples", type=_count, default=5, metavar="N", help="rows to show for each rule (default: 5)"
    )
    parser.add_argument("--root", metavar="DIR", help="root of the project (default: found from here)")


def run(options: argparse.Namespace) -> int:
    """Validate every file; exit 1 when one breaks the contract."""
    from peakguard.api.policies import load

    try:
        contract = load(options.root).contract(options.contract)
    except PolicyError as error:
        raise Refusal(*(finding for finding in error.diagnostics if finding.severity == "error")) from error
    except PeakguardError as error:
        raise Refusal(_finding(error, options.contract)) from error
    verdicts: dict[str, Verdict] = {}
    for path in options.data:
        try:
            verdicts[path] = contract.inspect_file(path, examples=options.examples)
        except PeakguardError as error:
            raise Refusal(_finding(error, path)) from error
    sys.stdout.write(_render(options.format, verdicts))
    return FINDINGS if any(verdict.violations and verdict.is_enforced for verdict in verdicts.values()) else CLEAN


def _count(text: str) -> int:
    count = int(text)
    if count < 0:
        raise ValueError(text)
    return count


def _finding(error: PeakguardError, place: str) -> Diagnostic:
    return found(error.code, Span.whole(place), **error.context)


def _render(form: str, verdicts: dict[str, Verdict]) -> str:
    from peakguard.cli.output import wants_colour
    from peakguard.reporters.verdict_json import verdict_json
    from peakguard.reporters.verdict_text import verdict_text

    if form == "text":
        return "\n".join(
            verdict_text(path, verdict, colour=wants_colour(sys.stdout)) for path, verdict in verdicts.items()
        )
    reports: list[dict[str, Any]] = [verdict_json(verdict) for verdict in verdicts.values()]
    if len(reports) > 1:
        files = [{"file": os.fspath(path), **report} for path, report in zip(verdicts, reports, strict=True)]
        return json.dumps({"version": 1, "files": files}, indent=2, ensure_ascii=False) + "\n"
    return json.dumps(reports[0], indent=2, ensure_ascii=False) + "\n"
