"""What the prover claims, held against the reference: of random expressions, a model is judged as it was asked for, and
what is ruled out is never seen."""

from __future__ import annotations

from datetime import date
from math import isfinite
from random import Random
from typing import Any

import pytest
import z3
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from peakguard.api.rule_testing.missing.prover.asked import OUTCOMES, formula
from peakguard.api.rule_testing.missing.prover.asking import ask
from peakguard.api.rule_testing.missing.prover.exact import is_exact
from peakguard.api.rule_testing.missing.prover.readable import readable
from peakguard.api.rule_testing.missing.prover.reading import read
from peakguard.api.rule_testing.missing.prover.translation import Translation
from peakguard.api.rule_testing.missing.prover.variables import Variables
from peakguard.expression import compile_text
from peakguard.expression.reference.interpreter import evaluate
from peakguard.expression.scope import Scope
from peakguard.expression.typed import TypedExpression
from peakguard.expression.types import BOOL, DATE, FLOAT64, INT64, STRING, Column, datetime, decimal, enum, records

COLUMNS = {
    "a": Column(INT64),
    "b": Column(INT64, nullable=True),
    "x": Column(FLOAT64, finite=False),
    "y": Column(FLOAT64, nullable=True),
    "c": Column(decimal(8, 2), nullable=True),
    "f": Column(BOOL, nullable=True),
    "e": Column(enum(("buy", "sell")), nullable=True),
    "s": Column(STRING, nullable=True),
    "d": Column(DATE),
    "t": Column(datetime("us", "UTC"), nullable=True),
    "legs": Column(records({"q": Column(INT64, nullable=True), "p": Column(INT64)}), nullable=True),
}
VERDICTS = {"passes": True, "fails": False, "unknown": None}
RANDOM: dict[str, list[Any]] = {
    "a": [-3, -1, 0, 1, 2, 7, 2**63 - 1, -(2**63)],
    "x": [-1.5, 0.0, -0.0, 0.1, 0.25, 2.0, float("nan"), float("inf"), float("-inf")],
    "f": [True, False],
    "e": ["buy", "sell"],
    "s": ["", "a", "ab", "Ä", "b"],
}
ALIKE = {"b": "a", "y": "x"}


def whole(depth: int) -> st.SearchStrategy[str]:
    leaf = st.sampled_from(["a", "b", "0", "2", "-3", "7"])
    if not depth:
        return leaf
    inner = whole(depth - 1)
    pair = st.tuples(inner, st.sampled_from(["+", "-", "*", "//", "%"]), inner).map(lambda p: f"({' '.join(p)})")
    called = st.tuples(st.sampled_from(["min", "max", "coalesce"]), inner, inner).map(
        lambda p: f"{p[0]}({p[1]}, {p[2]})"
    )
    single = st.tuples(st.sampled_from(["abs({})", "sign({})", "-({})"]), inner).map(lambda p: p[0].format(p[1]))
    return st.one_of(leaf, pair, called, single)


def verdict(depth: int) -> st.SearchStrategy[str]:
    order = st.sampled_from(["<", "<=", ">", ">=", "==", "!="])
    number = st.sampled_from(["x", "y", "0.1", "2.0", "-1.5", "abs(x)", "max(x, y)", "min(y, 0.25)", "-x", "sign(y)"])
    wholes = whole(2 if depth else 1)
    fixed = ["f", "is_null(b)", "is_nan(x)", "is_finite(x)", "e == 'buy'", "e in ['sell']", "s == 'ab'", "len(s) > 1"]
    fixed += ["starts_with(s, 'a')", "a in [1, 2]", "x in [0.1, 2.0]", "between(x, 0.1, y)"]
    leaf = st.one_of(
        st.sampled_from(fixed),
        *(st.tuples(side, order, side).map(" ".join) for side in (wholes, number)),
    )
    if not depth:
        return leaf
    inner = verdict(depth - 1)
    pair = st.tuples(inner, st.sampled_from(["and", "or"]), inner).map(lambda p: f"(({p[0]}) {p[1]} ({p[2]}))")
    choice = st.tuples(inner, inner, inner).map(lambda p: f"(({p[0]}) if ({p[1]}) else ({p[2]}))")
    return st.one_of(leaf, inner.map("not ({})".format), pair, choice)


def typed(text: str) -> TypedExpression:
    found, faults = compile_text(text, Scope(COLUMNS, ordered=True), bounded=False)
    assert found is not None, (text, faults)
    return found


def answer(found: TypedExpression, outcome: str, count: int, *, tier: int | None = None) -> tuple[Any, list[Any]]:
    """What z3 says, and the rows where it has any; the last is to have the outcome."""
    variables = Variables()
    columns = {name: COLUMNS[name] for name in found.names}
    rows = [variables.of_columns(columns, str(number)) for number in range(count)]
    wanted = OUTCOMES[outcome](Translation(rows).verdict(found.root, count - 1))
    plain = [readable(leaf, tier) for leaf in variables.leaves] if tier is not None else []
    said, model = ask([*variables.domain, *plain, formula(wanted)])
    if model is None:
        return said, []
    return said, [{name: read(model, row[name], column.type) for name, column in columns.items()} for row in rows]


def _values(name: str) -> list[Any]:
    values = RANDOM[ALIKE.get(name, name)]
    is_finite = COLUMNS[name].type == FLOAT64 and COLUMNS[name].finite
    return [value for value in values if isfinite(value)] if is_finite else values


def drawn(random: Random) -> dict[str, Any]:
    """A row of nasty values; nulls, NaNs and infinities where they may be."""
    row = {name: random.choice(_values(name)) for name in [*RANDOM, *ALIKE]}
    return {name: None if COLUMNS[name].nullable and random.random() < 0.2 else row[name] for name in row}


@settings(max_examples=40, deadline=None)
@given(verdict(2), st.sampled_from(sorted(VERDICTS)), st.randoms(use_true_random=False))
def test_models_are_judged_so_and_what_is_ruled_out_is_never_seen(text: str, outcome: str, random: Random) -> None:
    found, _ = compile_text(text, Scope(COLUMNS), bounded=False)
    assume(found is not None)  # such as `0 < 0`, which no policy may ask
    assert found is not None
    assert is_exact(found.root), text
    said, rows = answer(found, outcome, 1, tier=3)
    if rows:
        assert evaluate(found.root, rows) == [VERDICTS[outcome]], rows
        return
    said, _ = answer(found, outcome, 1)
    others = [drawn(random) for _ in range(50)]
    if said == z3.unsat:
        assert VERDICTS[outcome] not in evaluate(found.root, others)


ORDERED = [
    "delta(a) == -7 * delta(b)",
    "prev(b, 2) > a",
    "changed(e)",
    "first(b) < a",
    "cum_sum(b) == 5",
    "cum_max(b) > a",
    "cum_min(b) < a",
    "rolling_sum(b, 2) == 3",
    "rolling_max(a, 3) > rolling_min(b, 2)",
    "rolling_mean(a, 2) == 2.5",
    "since(f) == 2",
    "since(f and a > 3) <= prev(a)",
]
SINGLE = [
    "a // b == -2 and a % b == -2 and b == -3",
    "a * 37 == b + 11",
    "c * 3 == 1.11",
    "c + a > 0.05",
    "s < 'b'",
    "ends_with(s, 'x') and contains(s, 'y')",
    "matches(s, r'[A-Z]{2}(/[0-9]+)?')",
    "e != 'buy' and f",
    "month(d) == 2 and day(d) >= 28",
    "weekday(d) == 6 and year(d) == 2026",
    "hour(t) == 15 and date(t) == d",
    "t - prev(t) > minutes(5)",
    "floor(x) == 2 and ceil(y) == -2",
    "round(x) == 2 and x > 2.25",
    "close(x, y)",
    "x / y > 3",
    "is_finite(x / y)",
    "x - y == x",
    "x * y > 1",
    "float(a) < x",
    "clip(a, 0, 5) == 5",
    "sum(l.q * l.p for l in legs) == 12",
    "count(1 for l in legs if l.q > 3) == 1",
    "all(l.q > l.p for l in legs)",
    "any(l.q == l.p for l in legs if l.p > 1)",
    "max(l.q for l in legs) == 4",
    "min(l.q for l in legs if l.p > 2) == 4",
    "mean(float(l.q) for l in legs) == 1.5",
    "count(l.q > 1 for l in legs) == 2",
]


@pytest.mark.parametrize("text", [*ORDERED, *SINGLE])
def test_every_operation_means_what_the_reference_says(text: str) -> None:
    found = typed(text)
    judged = []
    for outcome, wanted in VERDICTS.items():
        for count in (1, 2, 3, 4):
            said, rows = answer(found, outcome, count, tier=2)
            if said == z3.sat:
                assert evaluate(found.root, rows)[-1] is wanted, (outcome, rows)
                judged.append(outcome)
                break
    assert {"passes", "fails"} <= set(judged)


@pytest.mark.parametrize(
    "text", ["x + 1 > x", "prev(a) >= prev(a)", "s < 'b'", "close(x, x)", "float(a) < x", "sum(l.q for l in legs) > 0"]
)
def test_what_is_rounded_or_looks_further_proves_nothing(text: str) -> None:
    assert not is_exact(typed(text).root)


def test_dates_are_days() -> None:
    _, rows = answer(typed("d == date('2024-02-29')"), "passes", 1)
    assert rows == [{"d": date(2024, 2, 29)}]


def test_the_same_is_found_every_time() -> None:
    found = typed("a * 37 == b + 11 and x < y and s == 'ab'")
    assert answer(found, "passes", 1) == answer(found, "passes", 1)
