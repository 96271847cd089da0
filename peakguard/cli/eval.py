"""`peakguard eval EXPR`: what an expression means, on every back end side by side."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping
from typing import Any

from peakguard.api.evaluate import Evaluation, compile_any, evaluate
from peakguard.api.rows import Rows, from_file, from_object
from peakguard.cli.exit_codes import CLEAN, FINDINGS
from peakguard.cli.refusal import Refusal
from peakguard.diagnostics import codes
from peakguard.diagnostics.diagnostic import Diagnostic, found
from peakguard.diagnostics.span import Span
from peakguard.expression.scope import Column, Scope
from peakguard.runtime.errors import PeakguardError, PolicyError

_PLACE = "<expression>"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    parser.add_argument("expression", metavar="EXPR", help="the expression, in quotes")
    source = parser.add_mutually_exclusive_group()
    source.add_argument("--row", metavar="JSON", help='one row, such as \'{"high": 10.5, "low": 9}\'')
    source.add_argument("--data", metavar="FILE", help="the first rows of a data file")
    parser.add_argument("--contract", metavar="NAME", help="take the columns' types from this contract")
    parser.add_argument(
        "--type", action="append", default=[], metavar="NAME=TYPE", help="the type of a column of --row"
    )
    parser.add_argument("--dataset", action="store_true", help="judge all rows at once, as `dataset:` rules do")
    parser.add_argument("--within", default="", metavar="A,B", help="columns that divide the rows into groups")
    parser.add_argument("--rows", type=_count, default=1000, metavar="N", help="rows to take from FILE (default: 1000)")
    parser.add_argument("--examples", type=_count, default=5, metavar="N", help="rows to show (default: 5)")
    parser.add_argument("--format", choices=("text", "json"), default="text", help="form of the report")
    parser.add_argument("--root", metavar="DIR", help="root of the project (default: found from here)")


def run(options: argparse.Namespace) -> int:
    """Evaluate and compare; exit 1 for findings in the expression and where back ends differ."""
    try:
        rows = _rows(options)
        within = [name for name in options.within.split(",") if name]
        _check_group(within, rows)
        scope = Scope(rows.columns, ordered=True, dataset=options.dataset, whole=not options.dataset)
        typed, faults = compile_any(options.expression, scope)
        findings = [_finding(each.code, options.expression, each.start, each.end, each.data) for each in faults]
        if typed is None:
            _print_findings(options, findings)
            return FINDINGS
        _check_given(typed.names, rows)
        outcome = evaluate(typed, rows.columns, rows.values, is_dataset=options.dataset, within=within)
    except PolicyError as error:
        raise Refusal(*(each for each in error.diagnostics if each.severity == "error")) from error
    except PeakguardError as error:
        raise Refusal(found(error.code, Span.whole(options.data or "--row"), **error.context)) from error
    evaluation = _plain(options.expression, outcome)
    if options.format == "json":
        sys.stdout.write(json.dumps(evaluation, indent=2, ensure_ascii=False) + "\n")
    else:
        from peakguard.reporters.evaluation import evaluation_text

        if findings:
            _print_findings(options, findings)
        sys.stdout.write(evaluation_text(evaluation, rows.values, options.examples))
    return FINDINGS if outcome.differing else CLEAN


def _plain(text: str, outcome: Evaluation) -> dict[str, Any]:
    from peakguard.reporters.evaluation import shown

    root, type = outcome.typed.root, str(outcome.typed.root.type)
    results = [
        {"backend": each.backend, "values": [shown(value, type) for value in each.values], "text": each.text}
        for each in outcome.results
    ]
    return {
        "version": 1,
        "expression": text,
        "type": type,
        "nullable": root.nullable,
        "unknown_where": list(outcome.typed.unknown_where),
        "reads": list(outcome.typed.names),
        "results": results,
        "differing": list(outcome.differing),
    }


def _rows(options: argparse.Namespace) -> Rows:
    if options.data is not None:
        return from_file(options.data, options.contract, options.root, options.rows)
    declared = {**_of_contract(options), **_of_types(options.type)}
    return from_object(_parsed(options.row or "{}"), declared)


def _of_contract(options: argparse.Namespace) -> Mapping[str, Column]:
    if options.contract is None:
        return {}
    from peakguard.api.show import columns_of

    return columns_of(options.contract, options.root)


def _of_types(pairs: list[str]) -> dict[str, Column]:
    from peakguard.expression.types import TypeFault, parse_type

    columns = {}
    for pair in pairs:
        name, _, text = pair.partition("=")
        try:
            columns[name] = Column(parse_type(text))
        except TypeFault as error:
            data = {"found": text, "problem": error.problem}
            raise Refusal(found(codes.BAD_TYPE, Span.whole(f"--type {pair}"), **data)) from None
    return columns


def _parsed(text: str) -> dict[str, Any]:
    try:
        row = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Refusal(found(codes.BAD_ROW, Span.whole("--row"), problem=str(error).lower())) from None
    if not isinstance(row, dict):
        raise Refusal(found(codes.BAD_ROW, Span.whole("--row"), problem="it is no JSON object"))
    return row


def _check_given(names: tuple[str, ...], rows: Rows) -> None:
    for row in rows.values:
        missing = next((name for name in names if name not in row), None)
        if missing is not None:
            raise Refusal(found(codes.VALUE_MISSING, Span.whole("--row"), name=missing, given=", ".join(row) or "none"))


def _check_group(within: list[str], rows: Rows) -> None:
    unknown = next((name for name in within if name not in rows.columns), None)
    if unknown is not None:
        from peakguard.diagnostics.wording import did_you_mean

        known = list(rows.columns)
        data = {"column": unknown, "known": ", ".join(known), "suggestion": did_you_mean(unknown, known)}
        raise Refusal(found(codes.UNKNOWN_COLUMN, Span.whole("--within"), **data))


def _finding(code: str, text: str, start: int, end: int, data: Mapping[str, Any]) -> Diagnostic:
    from peakguard.syntax.source import Source

    return found(code, Source(_PLACE, text).span(start, end), **data)


def _print_findings(options: argparse.Namespace, findings: list[Diagnostic]) -> None:
    from peakguard.cli.output import wants_colour
    from peakguard.reporters import report
    from peakguard.reporters.report import Report

    whole = Report(findings, {_PLACE: options.expression}, files=0)
    stream = sys.stdout if options.format == "json" else sys.stderr
    stream.write(report(options.format, whole, colour=wants_colour(stream)))


def _count(text: str) -> int:
    count = int(text)
    if count < 0:
        raise ValueError(text)
    return count
