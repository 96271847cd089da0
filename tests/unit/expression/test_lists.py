"""What generators and fields mean, by hand: each line is checked against the reference and against Polars."""

import math
from datetime import date
from decimal import Decimal
from typing import Any

import polars as pl
import pytest

from peakguard.diagnostics import codes
from peakguard.expression import compile_text
from peakguard.expression.check import check
from peakguard.expression.emit.polars import emit
from peakguard.expression.grammar import parse
from peakguard.expression.reference.interpreter import evaluate, evaluate_dataset
from peakguard.expression.scope import Column, Scope
from peakguard.expression.typed import Typed
from peakguard.expression.types import BOOL, DATE, FLOAT64, INT64, STRING, decimal, enum, list_of, record, records

NAN, INF = math.nan, math.inf
MOST, LEAST = 2**63 - 1, -(2**63)
LEG = {
    "q": Column(INT64, nullable=True),
    "x": Column(FLOAT64, nullable=True, finite=False),
    "ok": Column(BOOL, nullable=True),
    "s": Column(STRING, nullable=True),
    "way": Column(enum(("long", "short")), nullable=True),
    "inner": Column(record({"q": Column(INT64, nullable=True)}), nullable=True),
}
LEG_DTYPE = pl.Struct(
    {
        "q": pl.Int64,
        "x": pl.Float64,
        "ok": pl.Boolean,
        "s": pl.String,
        "way": pl.Enum(["long", "short"]),
        "inner": pl.Struct({"q": pl.Int64}),
    }
)
COLUMNS: dict[str, tuple[Column, Any]] = {
    "n": (Column(list_of(Column(INT64, nullable=True)), nullable=True), pl.List(pl.Int64)),
    "x": (Column(list_of(Column(FLOAT64, nullable=True, finite=False)), nullable=True), pl.List(pl.Float64)),
    "b": (Column(list_of(Column(BOOL, nullable=True)), nullable=True), pl.List(pl.Boolean)),
    "s": (Column(list_of(Column(STRING, nullable=True)), nullable=True), pl.List(pl.String)),
    "d": (Column(list_of(Column(DATE, nullable=True)), nullable=True), pl.List(pl.Date)),
    "m": (Column(list_of(Column(decimal(18, 2), nullable=True)), nullable=True), pl.List(pl.Decimal(18, 2))),
    "legs": (Column(records(LEG), nullable=True), pl.List(LEG_DTYPE)),
    "deal": (Column(record(LEG), nullable=True), LEG_DTYPE),
    "desk": (
        Column(record({"legs": Column(records(LEG), nullable=True)}), nullable=True),
        pl.Struct({"legs": pl.List(LEG_DTYPE)}),
    ),
    "k": (Column(INT64, nullable=True), pl.Int64),
    "f": (Column(FLOAT64, nullable=True, finite=False), pl.Float64),
    "items": (Column(INT64, nullable=True), pl.Int64),
}
SCOPE = Scope({name: column for name, (column, _) in COLUMNS.items()}, ordered=True)


def leg(**fields: Any) -> dict[str, Any]:
    """A leg whose other fields are null."""
    return {**dict.fromkeys(LEG), **fields}


SUM_Q, SUM_IF = "sum(p.q for p in legs)", "sum(p.q for p in legs if p.ok)"
ALL, ANY = "all(p for p in b)", "any(p for p in b)"
ALL_IF, ANY_IF = "all(p.q > 0 for p in legs if p.ok)", "any(p.q > 0 for p in legs if p.ok)"
CASES: list[tuple[str, dict[str, Any], Any]] = [
    # sum: 0 of nothing, null with a null among the summed, null beyond int64
    ("sum(p for p in n)", {"n": [1, 2, 3]}, 6),
    ("sum(p for p in n)", {"n": []}, 0),
    ("sum(p for p in n)", {"n": None}, None),
    ("sum(p for p in n)", {"n": [1, None]}, None),
    ("sum(p for p in n)", {"n": [None]}, None),
    ("sum(p for p in n)", {"n": [MOST, 1]}, None),
    ("sum(p for p in n)", {"n": [MOST, 1, -1]}, MOST),
    ("sum(p for p in n)", {"n": [LEAST, -1]}, None),
    ("sum(p * p for p in n)", {"n": [2**32]}, None),
    ("sum(p for p in n if p > 1)", {"n": [1, 2, 3]}, 5),
    ("sum(p for p in n if p > 1)", {"n": [1]}, 0),
    ("sum(p for p in n if p > 1)", {"n": [1, None]}, None),
    ("sum(p for p in n if not is_null(p))", {"n": [1, None, 5]}, 6),
    ("sum(p for p in x)", {"x": []}, 0.0),
    ("sum(p for p in x)", {"x": [1.5, 2.0]}, 3.5),
    ("sum(p for p in x)", {"x": [1.0, NAN]}, NAN),
    ("sum(p for p in x)", {"x": [INF, -INF]}, NAN),
    ("sum(p for p in x)", {"x": [1.0, None, NAN]}, None),
    ("sum(p for p in x if not is_nan(p))", {"x": [1.0, NAN]}, 1.0),
    # mean, min, max: null of nothing; NaN wins
    ("mean(p for p in n)", {"n": [1, 2]}, 1.5),
    ("mean(p for p in n)", {"n": []}, None),
    ("mean(p for p in n)", {"n": [1, None]}, None),
    ("mean(p for p in x)", {"x": [1.0, NAN]}, NAN),
    ("mean(p for p in n if p > 9)", {"n": [1, 2]}, None),
    ("min(p for p in n)", {"n": [3, 1, 2]}, 1),
    ("max(p for p in n)", {"n": [3, 1, 2]}, 3),
    ("min(p for p in n)", {"n": []}, None),
    ("max(p for p in n)", {"n": [1, None]}, None),
    ("min(p for p in x)", {"x": [1.0, NAN, -INF]}, NAN),
    ("max(p for p in x)", {"x": [1.0, NAN]}, NAN),
    ("max(p for p in x)", {"x": [NAN, None]}, None),
    ("max(p for p in x if not is_nan(p))", {"x": [1.0, NAN]}, 1.0),
    ("max(p for p in d)", {"d": [date(2024, 2, 29), date(2023, 1, 1)]}, date(2024, 2, 29)),
    ("min(p for p in m)", {"m": [Decimal("1.10"), Decimal("-0.01")]}, Decimal("-0.01")),
    # count: how many are true, or how many there are
    ("count(p > 1 for p in n)", {"n": [1, 2, 3]}, 2),
    ("count(p > 1 for p in n)", {"n": []}, 0),
    ("count(p > 1 for p in n)", {"n": [2, None]}, None),
    ("count(p for p in n)", {"n": [7, 7]}, 2),
    ("count(p for p in n)", {"n": [7, None]}, None),
    ("count(True for p in n)", {"n": [7, None]}, 2),
    ("count(1 for p in n)", {"n": []}, 0),
    ("count(False for p in n)", {"n": [7]}, 0),
    ("count(p for p in s if p != 'a')", {"s": ["a", "b", "b"]}, 2),
    ("count(is_nan(p) for p in x)", {"x": [NAN, 1.0]}, 1),
    ("count(True for p in n if p > 1)", {"n": [2, None]}, None),
    # any and all: Kleene over the elements
    (ALL, {"b": []}, True),
    (ALL, {"b": [True, True]}, True),
    (ALL, {"b": [True, None]}, None),
    (ALL, {"b": [False, None]}, False),
    (ALL, {"b": None}, None),
    (ANY, {"b": []}, False),
    (ANY, {"b": [False, True]}, True),
    (ANY, {"b": [False, None]}, None),
    (ANY, {"b": [True, None]}, True),
    (ANY, {"b": None}, None),
    ("all(p > 0 for p in x)", {"x": [1.0, NAN]}, False),
    ("any(p > 0 for p in x)", {"x": [NAN]}, False),
    ("all(p <= 0 for p in x)", {"x": [NAN]}, False),
    (ALL_IF, {"legs": [leg(q=0, ok=False), leg(q=1, ok=True)]}, True),
    (ALL_IF, {"legs": [leg(q=0, ok=None)]}, None),
    (ALL_IF, {"legs": [leg(q=1, ok=None)]}, True),
    (ALL_IF, {"legs": [leg(q=None, ok=False)]}, True),
    (ALL_IF, {"legs": [leg(q=None, ok=True), leg(q=-1, ok=True)]}, False),
    (ANY_IF, {"legs": [leg(q=1, ok=False)]}, False),
    (ANY_IF, {"legs": [leg(q=1, ok=None)]}, None),
    (ANY_IF, {"legs": [leg(q=0, ok=None)]}, False),
    (ANY_IF, {"legs": [leg(q=None, ok=True), leg(q=1, ok=True)]}, True),
    # records
    (SUM_Q, {"legs": [leg(q=1), leg(q=2)]}, 3),
    (SUM_Q, {"legs": [leg(q=1), None]}, None),
    (SUM_Q, {"legs": []}, 0),
    (SUM_Q, {"legs": None}, None),
    (SUM_IF, {"legs": [leg(q=1, ok=True), leg(q=2, ok=False), leg(q=None, ok=False)]}, 1),
    (SUM_IF, {"legs": [leg(q=1, ok=True), leg(q=2, ok=None)]}, None),
    (SUM_IF, {"legs": [leg(q=1, ok=True), None]}, None),
    ("sum(p.q * p.x for p in legs)", {"legs": [leg(q=2, x=0.5), leg(q=3, x=1.0)]}, 4.0),
    ("sum(p.q for p in legs if p.ok if p.q > 1)", {"legs": [leg(q=1, ok=True), leg(q=5, ok=True)]}, 5),
    ("any(p.way == 'long' for p in legs)", {"legs": [leg(way="short"), leg(way="long")]}, True),
    ("all(p.s in ('a', 'b') for p in legs)", {"legs": [leg(s="a"), leg(s="c")]}, False),
    ("sum(p.inner.q for p in legs)", {"legs": [leg(inner={"q": 4}), leg(inner={"q": 5})]}, 9),
    ("sum(p.inner.q for p in legs)", {"legs": [leg(inner=None)]}, None),
    ("count(is_null(p) for p in legs)", {"legs": [None, leg(q=1)]}, 1),
    ("deal.q + 1", {"deal": leg(q=1)}, 2),
    ("deal.q", {"deal": None}, None),
    ("deal.inner.q", {"deal": leg(inner={"q": 3})}, 3),
    ("deal.inner.q", {"deal": leg(inner=None)}, None),
    ("deal.way == 'long'", {"deal": leg(way="long")}, True),
    ("is_null(deal)", {"deal": None}, True),
    ("is_null(deal)", {"deal": leg()}, False),
    ("is_null(deal.q)", {"deal": None}, True),
    ("sum(p.q for p in desk.legs)", {"desk": {"legs": [leg(q=2)]}}, 2),
    ("sum(p.q for p in desk.legs)", {"desk": {"legs": None}}, None),
    ("sum(p.q for p in desk.legs)", {"desk": None}, None),
    # columns of the row inside
    ("count(p > k for p in n)", {"n": [1, 2, 3], "k": 1}, 2),
    ("count(p > k for p in n)", {"n": [1, 2], "k": None}, None),
    ("count(p > k for p in n)", {"n": [], "k": None}, 0),
    ("sum(p * k for p in n)", {"n": [1, 2], "k": 10}, 30),
    ("sum(k for p in n)", {"n": [1, 2], "k": 10}, 20),
    ("sum(k for p in n)", {"n": [], "k": 10}, 0),
    ("sum(k for p in n)", {"n": [], "k": None}, 0),
    ("sum(p for p in n if k > 0)", {"n": [1, 2], "k": 0}, 0),
    ("sum(p for p in n if k > 0)", {"n": [1, 2], "k": None}, None),
    ("sum(p for p in n if k > 0)", {"n": [], "k": None}, 0),
    ("any(k > 0 for p in n)", {"n": [], "k": 1}, False),
    ("all(p < f for p in x)", {"x": [1.0, 2.0], "f": NAN}, False),
    ("sum(p for p in n if p > k)", {"n": None, "k": 1}, None),
    ("all(p.q > k for p in legs)", {"legs": [leg(q=2)], "k": 1}, True),
    ("sum(p.q * f for p in legs)", {"legs": [leg(q=2), leg(q=3)], "f": 0.5}, 2.5),
    ("sum(p.q + deal.q for p in legs)", {"legs": [leg(q=2), leg(q=3)], "deal": leg(q=10)}, 25),
    ("count(p > items for p in n)", {"n": [1, 2, 3], "items": 2}, 1),
    ("sum(p.q * items + k for p in legs)", {"legs": [leg(q=2)], "items": 3, "k": 4}, 10),
    # several at once
    ("sum(p for p in n) - sum(p for p in n if p < 0)", {"n": [1, -2]}, 1),
    ("max(sum(p for p in n), k)", {"n": [1, 2], "k": 7}, 7),
    ("sum(p for p in n) + count(q for q in s)", {"n": [1, 2], "s": ["a"]}, 4),
]


def root_of(text: str, scope: Scope = SCOPE) -> Typed:
    node, faults = parse(text)
    assert node is not None, faults
    typed, faults = check(node, scope, want=None)
    assert typed is not None, faults
    return typed.root


def polars(root: Typed, rows: list[dict[str, Any]]) -> list[Any]:
    frame = pl.DataFrame({name: pl.Series(name, [row[name] for row in rows], COLUMNS[name][1]) for name in rows[0]})
    found: pl.Series = frame.select(eval(emit(root, {}, ()), {"pl": pl, "__builtins__": {}})).to_series()
    return found.to_list()


@pytest.mark.parametrize(
    ("text", "row", "wanted"), CASES, ids=[f"{text} {number}" for number, (text, *_) in enumerate(CASES)]
)
def test_of_one_row(text: str, row: dict[str, Any], wanted: Any) -> None:
    root = root_of(text)
    assert repr(evaluate(root, [row])) == repr([wanted])
    # Polars takes other paths for a single row, so it is shown both one and two.
    for height in (1, 2):
        assert repr(polars(root, [row] * height)) == repr([wanted] * height)
    assert root.nullable or wanted is not None


@pytest.mark.parametrize("text", sorted({text for text, _, _ in CASES}))
def test_rows_do_not_touch_each_other(text: str) -> None:
    """All rows of one expression in one frame, each the same as alone."""
    chosen = [(row, wanted) for each, row, wanted in CASES if each == text]
    rows = [row for row, _ in chosen] + [dict.fromkeys(chosen[0][0])]
    wanted = [wanted for _, wanted in chosen] + evaluate(root_of(text), rows[-1:])
    assert repr(evaluate(root_of(text), rows)) == repr(wanted)
    assert repr(polars(root_of(text), rows)) == repr(wanted)
    assert repr(polars(root_of(text), rows[::-1])) == repr(wanted[::-1])


def test_a_generator_inside_ordered_and_dataset_functions() -> None:
    rows: list[dict[str, Any]] = [{"n": [1, 2]}, {"n": []}, {"n": None}, {"n": [5]}]
    ordered = root_of("delta(sum(p for p in n))")
    assert evaluate(ordered, rows) == polars(ordered, rows) == [None, -3, None, None]
    dataset = root_of("sum(sum(p for p in n))", SCOPE._replace(dataset=True))
    assert evaluate_dataset(dataset, rows) == polars(dataset, rows) == [8]


@pytest.mark.parametrize(
    ("text", "causes"),
    [
        ("mean(p for p in n) > 0", ("`n` is null", "`p` is null", "`n` is empty")),
        ("sum(p.q for p in legs) > 0", ("`legs` is null", "`p.q` is null")),
        ("deal.q > 0", ("`deal` is null", "`deal.q` is null")),
        ("any(p > k for p in n)", ("`n` is null", "`p` is null", "`k` is null")),
    ],
)
def test_why_a_verdict_may_be_unknown(text: str, causes: tuple[str, ...]) -> None:
    typed, faults = compile_text(text, SCOPE)
    assert typed is not None, faults
    assert typed.unknown_where == causes


def test_a_condition_that_finds_an_element_present_makes_it_so() -> None:
    typed, _ = compile_text("sum(p for p in n if not is_null(p)) > 0 and not is_null(n)", SCOPE)
    assert typed is not None
    assert typed.unknown_where == ("`n` is null",)


def test_a_variable_ends_with_its_generator() -> None:
    _, faults = compile_text("all(p > 0 for p in n) and p > 0", SCOPE)
    assert [(each.code, each.start) for each in faults] == [(codes.UNKNOWN_NAME, 26)]
