"""`peakguard verify INVARIANTS DATA…`: verify saved results against invariants, or a function for look-ahead."""

from __future__ import annotations

import argparse
import sys
from contextlib import redirect_stdout
from typing import TYPE_CHECKING

from peakguard.cli.exit_codes import CLEAN, FINDINGS
from peakguard.cli.files import write_file
from peakguard.cli.refusal import Refusal
from peakguard.diagnostics import codes
from peakguard.diagnostics.diagnostic import Diagnostic, found
from peakguard.diagnostics.span import Span
from peakguard.reporters import INVARIANT_FORMATS, invariant_report
from peakguard.runtime.errors import PeakguardError, PolicyError

if TYPE_CHECKING:
    from peakguard.kinds.invariants.runtime import Invariants
    from peakguard.runtime.invariant import Verification


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    parser.add_argument(
        "words",
        nargs="+",
        metavar="INVARIANTS DATA",
        help="name of the policy, and results, a row a step: .parquet .csv .tsv .arrow .ndjson .json; "
        "with --prefix-invariance the data alone",
    )
    parser.add_argument("--format", choices=INVARIANT_FORMATS, default="text", help="form of the report")
    parser.add_argument("--html", metavar="FILE", help="write the report as one page with pictures, too")
    parser.add_argument("--strict", action="store_true", help="warnings and invariants never exercised count, too")
    parser.add_argument("--root", metavar="DIR", help="root of the project (default: found from here)")
    ahead = parser.add_argument_group("look-ahead")
    ahead.add_argument(
        "--prefix-invariance", metavar="TARGET", help="module:function whose results must not change without the future"
    )
    ahead.add_argument("--cuts", type=_rows, default=(), metavar="N,N,…", help="rows to cut after (default: chosen)")
    forms = ("pandas", "polars", "arrow")
    ahead.add_argument("--as", dest="form", choices=forms, default="pandas", help="what it takes (default: pandas)")
    ahead.add_argument("--tolerance", type=float, default=1e-9, help="relative difference of floats (default: 1e-9)")
    ahead.add_argument("--seed", type=int, default=7, help="of the cuts that are chosen (default: 7)")


def _rows(text: str) -> tuple[int, ...]:
    try:
        return tuple(int(each) for each in text.split(","))
    except ValueError:
        raise argparse.ArgumentTypeError(f"`{text}` is no list of numbers such as 100,2500") from None


def run(options: argparse.Namespace) -> int:
    """Verify every file; exit 1 where an invariant refuses one, or a function looks ahead."""
    if options.prefix_invariance is not None:
        return _look_ahead(options)
    if len(options.words) < 2:
        span = Span.whole("peakguard verify")
        raise Refusal(found(codes.NO_DATA_NAMED, span, policy=options.words[0]))
    options.invariants, options.data = options.words[0], options.words[1:]
    invariants, digest = _invariants(options)
    verified = {path: _verified(invariants, path) for path in dict.fromkeys(options.data)}
    if options.html is not None:
        from peakguard.reporters.margins_page import margins_page

        series = {path: invariants.margins_of_file(path) for path in verified}
        write_file(options.html, margins_page(verified, series, digest).encode())
    colour = False
    if options.format == "text":
        from peakguard.cli.output import wants_colour

        colour = wants_colour(sys.stdout)
    sys.stdout.write(invariant_report(options.format, verified, colour=colour))
    return FINDINGS if any(_counts(each, strict=options.strict) for each in verified.values()) else CLEAN


def _look_ahead(options: argparse.Namespace) -> int:
    from peakguard.api.look_ahead import look_ahead
    from peakguard.reporters.look_ahead import render

    how = {name: getattr(options, name) for name in ("form", "tolerance", "cuts", "seed")}
    tried = {}
    for path in dict.fromkeys(options.words):
        try:
            with redirect_stdout(sys.stderr):
                tried[path] = look_ahead(options.prefix_invariance, path, options.root, **how)
        except PeakguardError as error:
            raise Refusal(_finding(error, path)) from error
    sys.stdout.write(render(options.prefix_invariance, tried, as_json=options.format == "json"))
    return FINDINGS if any(not cut.holds for each in tried.values() for cut in each.cuts) else CLEAN


def _counts(verification: Verification, *, strict: bool) -> bool:
    if verification.breaches:
        return True
    return strict and (bool(verification.idle) or any(each.broken for each in verification.outcomes))


def _invariants(options: argparse.Namespace) -> tuple[Invariants, str]:
    from peakguard.api.policies import load

    try:
        policies = load(options.root)
        return policies.invariants(options.invariants), policies.digest
    except PolicyError as error:
        raise Refusal(*(finding for finding in error.diagnostics if finding.severity == "error")) from error
    except PeakguardError as error:
        raise Refusal(_finding(error, options.invariants)) from error


def _verified(invariants: Invariants, path: str) -> Verification:
    try:
        return invariants.verify_file(path)
    except PeakguardError as error:
        raise Refusal(_finding(error, path)) from error


def _finding(error: PeakguardError, place: str) -> Diagnostic:
    line, column = error.context.get("line", 0), error.context.get("column", 1)
    file = error.context.get("file", place)
    span = Span(file, line, column, line, column) if line else Span.whole(file)
    return found(error.code, span, **error.context)
