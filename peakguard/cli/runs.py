"""`peakguard runs ls | show | diff | gc`: the runs that were recorded."""

from __future__ import annotations

import argparse
import json
import sys
from typing import Any

from peakguard.cli.arguments import count
from peakguard.cli.exit_codes import CLEAN, FINDINGS
from peakguard.cli.refusal import Refusal
from peakguard.diagnostics import codes
from peakguard.diagnostics.diagnostic import found
from peakguard.diagnostics.span import Span
from peakguard.runtime.errors import PeakguardError

_DAY = 86_400.0
_RUNS = {"ls": 0, "show": 1, "diff": 2, "gc": 0}
"""How many runs each action is about."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    parser.add_argument(
        "action",
        choices=tuple(_RUNS),
        help="ls: all runs; show: the manifest of one; diff: where two differ first; gc: remove runs",
    )
    parser.add_argument("runs", nargs="*", metavar="RUN", help="an id, the first digits of one, or `last`")
    parser.add_argument("--keep", type=count, metavar="N", help="gc: keep the latest N runs")
    parser.add_argument("--older-than", type=count, metavar="DAYS", help="gc: remove what is older")
    parser.add_argument("--format", choices=("text", "json"), default="text", help="form of the report")
    parser.add_argument("--root", metavar="DIR", help="root of the project (default: found from here)")


def run(options: argparse.Namespace) -> int:
    """List, show, compare or remove runs; `diff` gives 1 where results differ. Raises Refusal."""
    wanted = _RUNS[options.action]
    if len(options.runs) != wanted:
        problem = f"names {len(options.runs)} runs where `runs {options.action}` takes {wanted}"
        raise Refusal(
            found(codes.RUN_UNKNOWN, Span.whole("peakguard runs"), run=" ".join(options.runs), problem=problem)
        )
    try:
        return _ACTIONS[options.action](options)
    except PeakguardError as error:
        raise Refusal(found(error.code, Span.whole("peakguard runs"), **error.context)) from error


def _list(options: argparse.Namespace) -> int:
    from peakguard.api.recorded_runs import damaged_runs, recorded_runs
    from peakguard.reporters.runs import list_text

    rows, damaged = recorded_runs(options.root), damaged_runs(options.root)
    _write(options, {"runs": rows, "damaged": damaged}, list_text(rows))
    sys.stderr.writelines(f"peakguard: {each}\n" for each in damaged)
    return FINDINGS if damaged else CLEAN


def _show(options: argparse.Namespace) -> int:
    from peakguard.api.recorded_runs import recorded_run
    from peakguard.reporters.runs import manifest_text

    manifest = recorded_run(options.runs[0], options.root)
    return _write(options, {"manifest": manifest}, manifest_text(manifest))


def _diff(options: argparse.Namespace) -> int:
    from peakguard.api.recorded_runs import compared
    from peakguard.reporters.runs import compared_text

    left, right = options.runs
    given, first = compared(left, right, options.root)
    table = {"given": given, "first": first._asdict() if first is not None else None}
    _write(options, table, compared_text(left, right, given, first))
    return CLEAN if first is None else FINDINGS


def _collect(options: argparse.Namespace) -> int:
    from peakguard.api.recorded_runs import removed

    seconds = options.older_than * _DAY if options.older_than is not None else None
    gone = removed(options.keep, seconds, options.root)
    return _write(options, gone, f"removed {gone['runs']} runs, {gone['objects']} files, {gone['bytes']:,} bytes\n")


def _write(options: argparse.Namespace, table: dict[str, Any], text: str) -> int:
    is_json = options.format == "json"
    sys.stdout.write(json.dumps({"version": 1, **table}, indent=2, default=str) + "\n" if is_json else text)
    return CLEAN


_ACTIONS = {"ls": _list, "show": _show, "diff": _diff, "gc": _collect}
