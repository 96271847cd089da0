"""What counts as shown, as expected and as run, without a project around it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import polars as pl
import pytest

import peakguard
from peakguard.api.rule_testing.choosing import fits
from peakguard.api.rule_testing.outcome import FAILS, PASSES, UNKNOWN, CaseResult, Coverage, Item
from peakguard.api.rule_testing.reachable import may_be_unknown
from peakguard.api.rule_testing.rules import Expected, Judged, compare, shows
from peakguard.diagnostics.span import Span
from peakguard.expression import compile_text
from peakguard.expression.scope import Scope
from peakguard.expression.types import BOOL, FLOAT64, Column
from peakguard.kinds.test.model import ContractCase, Suite
from peakguard.kinds.test.tables import height, names, records
from peakguard.language.document import Document
from peakguard.pipeline.analyse import analyse
from peakguard.pipeline.read import Entry

PLACE = Span("x.yaml", 1, 1, 1, 2)
Make = Callable[[str], Expected]
ROWS = {"a": Judged("rules.a", "run", 1, 1, 1, {0: PASSES, 1: FAILS, 2: UNKNOWN}, frozenset([1]))}


def expected(expect: str) -> Expected:
    """The expectations of a case of three rows."""
    text = "peakguard: 1\nkind: test\nname: t\nversion: 1.0.0\ntests:\n"
    text += f"  - {{contract: c, rows: [{{x: 1}}, {{x: 2}}, {{x: 3}}], expect: {expect}}}\n"
    document = analyse(Entry("t.test.yaml", text.encode())).document
    assert document is not None
    suite = cast("Document[Suite]", document)
    case = suite.spec.tests[0]
    assert isinstance(case, ContractCase)
    return Expected(suite, ("tests", 0), case.expect, "row")


def judged(**changes: Any) -> dict[str, Judged]:
    """The outcomes of one rule: of three rows one passes, one fails, one is unknown."""
    return {"rules.a": ROWS["a"]._replace(**changes)}


@pytest.mark.parametrize(
    ("expect", "sorts"),
    [
        ("[{row: 0, passes: a}, {row: 1, fails: a}, {row: 2, unknown: a}]", []),
        ("[{row: 1, fails: rules.a}]", []),
        ("[{fails: a}]", []),
        ("[{row: 0, passes: a}]", ["unexpected"]),
        ("[{row: 0, fails: a}]", ["expectation", "unexpected"]),
        ("[{row: 2, fails: a}, {row: 1, fails: a}]", ["expectation"]),
        ("[{row: 2, passes: a}, {row: 1, fails: a}]", ["expectation"]),
        ("[{passes: a}, {row: 1, fails: a}]", ["expectation"]),
        ("[{counts: {a: {passed: 1, failed: 1, unknown: 1}}}]", []),
        ("[{counts: {a: {failed: 2}}}]", ["expectation"]),
    ],
)
def test_expectations_and_what_is_not_named(expect: str, sorts: list[str]) -> None:
    assert [each.sort for each in compare(expected(expect), judged())] == sorts


def test_an_unknown_row_that_counts_against_a_rule_must_be_named() -> None:
    against = judged(against=frozenset([1, 2]))
    assert [each.what for each in compare(expected("[{row: 1, fails: a}]"), against)] == ["rules.a of row 2"]


def test_what_is_asked_of_the_whole_counts_only_where_it_is_named() -> None:
    whole = judged(at={}, against=frozenset(), is_broken=True)
    assert [each.sort for each in compare(expected("[{verdict: fail}]"), whole)] == ["unexpected"]
    assert list(compare(expected("[{verdict: fail}]"), {"rules.a": whole["rules.a"]._replace(is_asked=False)})) == []


def test_a_rule_that_was_skipped_has_no_outcome_and_shows_none() -> None:
    skipped = judged(state="skipped", passed=3, failed=0, unknown=0)
    assert [each.got for each in compare(expected("[{passes: a}]"), skipped)] == ["it was skipped"]
    assert list(shows("contract c", expected("[{passes: a}]"), skipped)) == []


def test_unknown_is_shown_only_by_a_case_that_says_so() -> None:
    def outcomes(expect: str) -> set[str]:
        return {each.outcome for each in shows("contract c", expected(expect), judged())}

    assert outcomes("[{row: 1, fails: a}]") == {PASSES, FAILS}
    assert outcomes("[{row: 1, fails: a}, {row: 2, unknown: a}]") == {PASSES, FAILS, UNKNOWN}


def test_a_case_that_ran_nowhere_is_no_pass() -> None:
    case = CaseResult("s", 1, "n", "contract c", PLACE, (), (), frozenset(), 0.0)
    assert not case.ok
    assert case._replace(back_ends=("reference",)).ok


def test_coverage_counts_outcomes() -> None:
    items = (Item("c", "a", PLACE, (PASSES, FAILS), (PASSES,)), Item("c", "b", PLACE, (PASSES,), (PASSES,)))
    found = Coverage(items)
    assert (found.seen, found.possible, [item.rule for item in found.missing]) == (2, 3, ["a"])
    assert Coverage(()).share == 1.0


FIELDS = {"x": Column(FLOAT64), "on": Column(BOOL), "y": Column(FLOAT64, nullable=True)}


@pytest.mark.parametrize(
    ("expr", "when", "may"),
    [
        ("x > 0", None, False),
        ("y > 0", None, True),
        ("x > prev(x)", None, True),
        ("x > prev(x)", "coalesce(prev(on), False)", False),
        ("x > prev(x, 2)", "coalesce(prev(on), False)", True),
        ("x > prev(x)", "coalesce(prev(on, 3), False)", False),
        ("x > prev(x)", "coalesce(prev(on), True)", True),
        ("x > prev(x)", "not is_null(prev(x))", False),
        ("x > prev(x)", "on", True),
        ("rolling_std(x, 5) > 0", "on", True),
        ("y > prev(x)", "coalesce(prev(on), False)", True),
        ("x > 0", "prev(on)", True),
    ],
)
def test_a_rule_is_unknown_only_where_it_applies(expr: str, when: str | None, may: bool) -> None:
    scope = Scope(FIELDS, ordered=True)
    texts = [compile_text(text, scope)[0] if text is not None else None for text in (expr, when)]
    assert texts[0] is not None
    assert may_be_unknown(texts[0], texts[1]) is may


@pytest.mark.parametrize(
    ("expression", "holds"),
    [
        ("bars", True),
        ("bars and not high", False),
        ("not low", True),
        ("low or HIGH", True),
        ("low or bars and x", False),
    ],
)
def test_words_of_an_expression(expression: str, holds: bool) -> None:
    assert fits(expression, "bars: high below low".replace("low", "close")) is holds


def test_tables_in_three_forms_are_one() -> None:
    series = {"times": 3, "columns": {"t": {"from": "2026-01-01T00:00:00Z", "step": "12h"}, "x": [1, 2], "s": "a"}}
    text = "t,x,s\n2026-01-01T00:00:00Z,1,a\n2026-01-01T12:00:00Z,2,a\n2026-01-02T00:00:00Z,1,a\n"
    assert height(series) == height(text) == 3
    assert names(series) == names(text) == ["t", "x", "s"]
    assert [{**row, "x": str(row["x"])} for row in records(series)] == records(text)
    assert records("a,b\n1,\n") == [{"a": "1"}]
    days = {
        "times": 2,
        "columns": {"d": {"from": "2026-01-31", "step": "1d", "format": "%m/%d"}, "n": {"from": 1, "step": 0.5}},
    }
    assert records(days) == [{"d": "01/31", "n": 1.0}, {"d": "02/01", "n": 1.5}]


def test_two_nans_are_not_close_in_the_columnar_form(tmp_path: Path) -> None:
    """A saved result whose curve and book are both NaN passed: to Polars NaN equals NaN."""
    folder = tmp_path / "policies"
    folder.mkdir()
    (folder / "p.yaml").write_text(
        "peakguard: 1\nkind: invariants\nname: p\nversion: 1.0.0\n"
        "state: {a: {type: float64, finite: false}, b: {type: float64, finite: false}}\n"
        "invariants: {same: {expr: 'close(a, b, rel=1e-9)'}}\n"
    )
    nan, inf = float("nan"), float("inf")
    found = peakguard.load(tmp_path).invariants("p").verify(pl.DataFrame({"a": [1.0, nan, inf], "b": [1.0, nan, inf]}))
    outcome = next(each for each in found.outcomes if each.id == "invariants.same")
    assert (outcome.passed, outcome.failed) == (2, 1)
