"""`peakguard eval EXPR`: what an expression means, on every back end side by side."""

from __future__ import annotations

import argparse
import json
import sys
from typing import TYPE_CHECKING, Any

from peakguard.api.evaluate import Evaluation, compile_any, evaluate
from peakguard.cli.arguments import count
from peakguard.cli.eval_row import check_given, check_group, rows_of
from peakguard.cli.exit_codes import CLEAN, FINDINGS
from peakguard.cli.refusal import Refusal
from peakguard.diagnostics import codes
from peakguard.diagnostics.diagnostic import Diagnostic, found
from peakguard.diagnostics.span import Span
from peakguard.expression.scope import Scope
from peakguard.runtime.errors import PeakguardError, PolicyError

if TYPE_CHECKING:
    from peakguard.api.rows import Rows
    from peakguard.expression.fault import Fault

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
    parser.add_argument("--rows", type=count, default=1000, metavar="N", help="rows to take from FILE (default: 1000)")
    parser.add_argument("--examples", type=count, default=5, metavar="N", help="rows to show (default: 5)")
    parser.add_argument("--format", choices=("text", "json"), default="text", help="form of the report")
    parser.add_argument("--root", metavar="DIR", help="root of the project (default: found from here)")


def run(options: argparse.Namespace) -> int:
    """Evaluate and compare; exit 1 for findings in the expression and where back ends differ."""
    try:
        rows = rows_of(options)
        within = list(dict.fromkeys(name for name in options.within.split(",") if name))
        check_group(within, rows)
        scope = Scope(rows.columns, ordered=True, dataset=options.dataset, whole=not options.dataset)
        typed, faults = compile_any(options.expression, scope)
        findings = [_finding(options.expression, _explained(each, rows)) for each in faults]
        if typed is None:
            _print_findings(options, findings)
            return FINDINGS
        check_given(typed.names, rows)
        outcome = evaluate(typed, rows.columns, rows.values, is_dataset=options.dataset, within=within)
    except PolicyError as error:
        raise Refusal(*(each for each in error.diagnostics if each.severity == "error")) from error
    except PeakguardError as error:
        raise Refusal(
            found(error.code, Span.whole(error.context.get("file", options.data or "--row")), **error.context)
        ) from error
    sys.stderr.writelines(f"peakguard: {note}\n" for note in rows.notes)
    evaluation = _plain(options.expression, outcome)
    if options.format == "json":
        sys.stdout.write(json.dumps(evaluation, indent=2, ensure_ascii=False) + "\n")
    else:
        from peakguard.reporters.evaluation import evaluation_text

        if findings:
            _print_findings(options, findings)
        types = {name: str(column.type) for name, column in rows.columns.items()}
        sys.stdout.write(evaluation_text(evaluation, rows.values, types, options.examples))
    return FINDINGS if outcome.differing else CLEAN


def _plain(text: str, outcome: Evaluation) -> dict[str, Any]:
    from peakguard.reporters.evaluation import shown

    root, type = outcome.typed.root, str(outcome.typed.root.type)
    results = [
        {
            "backend": each.backend,
            "values": [shown(value, type) for value in each.values] if each.values is not None else None,
            "text": each.text,
        }
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


def _explained(fault: Fault, rows: Rows) -> Fault:
    """A column that is in the data, but of a type that no policy has, is not unknown."""
    type = rows.unreadable.get(str(fault.data.get("name")))
    if fault.code != codes.UNKNOWN_NAME or type is None:
        return fault
    return fault._replace(code=codes.COLUMN_UNREADABLE, data={"name": fault.data["name"], "type": type})


def _finding(text: str, fault: Fault) -> Diagnostic:
    from peakguard.syntax.source import Source

    return found(fault.code, Source(_PLACE, text).span(fault.start, fault.end), **fault.data)


def _print_findings(options: argparse.Namespace, findings: list[Diagnostic]) -> None:
    from peakguard.cli.output import wants_colour
    from peakguard.reporters import report
    from peakguard.reporters.report import Report

    whole = Report(findings, {_PLACE: options.expression}, files=0)
    stream = sys.stdout if options.format == "json" else sys.stderr
    stream.write(report(options.format, whole, colour=wants_colour(stream)))
