"""What became of tests as values of JSON."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from peakguard.api.rule_testing.outcome import CaseResult, Item, RuleTests
from peakguard.diagnostics.span import Span


def plain(tests: RuleTests) -> dict[str, Any]:
    """The whole report; places are those of expectations, and of rules in the policies."""
    coverage = tests.coverage
    return {
        "version": 1,
        "cases": [_case(case) for case in tests.cases],
        "coverage": {
            "possible": coverage.possible,
            "seen": coverage.seen,
            "share": round(coverage.share, 6),
            "missing": [_item(item) for item in coverage.missing],
        },
        "summary": {**_SORTS, **{key.replace(" ", "_"): count for key, count in tests.counts.items()}},
    }


_SORTS = dict.fromkeys(("expectation", "unexpected", "disagreement", "not_run"), 0)


def _case(case: CaseResult) -> dict[str, Any]:
    return {
        "suite": case.suite,
        "number": case.number,
        "name": case.name,
        "policy": case.policy,
        **_place(case.span),
        "ok": case.ok,
        "back_ends": list(case.back_ends),
        "seconds": round(case.seconds, 4),
        "mismatches": [
            {"sort": each.sort, "what": each.what, "expected": each.expected, "got": each.got, **_place(each.span)}
            for each in case.mismatches
        ],
    }


def _item(item: Item) -> Mapping[str, Any]:
    return {"policy": item.policy, "rule": item.rule, "outcomes": list(item.missing), **_place(item.span)}


def _place(span: Span) -> dict[str, Any]:
    return {
        "file": span.file,
        "line": span.line,
        "column": span.column,
        "end_line": span.end_line,
        "end_column": span.end_column,
    }
