"""DuckDB and the reference agree on every expression: on null, on NaN, on each value.

About 20,000 evaluations here; set PEAKGUARD_AGREEMENT to multiply them (50 gives a million).
"""

import itertools
import math
from collections.abc import Sequence

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from peakguard.expression.reference.interpreter import column, evaluate, evaluate_dataset, groups
from tests.property.duckdb_backend import run, sql, storable
from tests.property.expressions import exact
from tests.property.nasty import rows
from tests.property.test_expression_agreement import (
    DATASET_EXACT,
    FRAME,
    LEGAL_WITHIN,
    ROOTS,
    TAME,
    _tolerance,
    assert_same,
    seeded,
    typed,
    within_tolerance,
)
from tests.property.test_expression_agreement import FRAMES as FRAMES_OF_POLARS

FRAMES = [storable(each) for each in FRAMES_OF_POLARS]
ROWS = [rows(each) for each in FRAMES]


def tolerance_of(op: str, values: Sequence[float | None]) -> float:
    """As for Polars; and a product of each value may underflow, as where DuckDB weighs two values for a median."""
    return _tolerance(op, values) + len(values) * math.ulp(0.0)


@seeded(110)
@given(st.sampled_from(ROOTS).flatmap(exact), LEGAL_WITHIN, FRAME)
def test_sql_agrees_on_rows(text: str, within: tuple[str, ...], index: int) -> None:
    root = typed(text)
    if root is None:
        return
    data = FRAMES[index]
    assert_same(text, evaluate(root, ROWS[index], within), run(root, data, within), sql(root, data, within))


@seeded(15)
@given(st.sampled_from(["log", "exp"]), exact("float64", 2), FRAME)
def test_sql_agrees_on_log_and_exp_within_two_ulp(function: str, argument: str, index: int) -> None:
    root = typed(f"{function}({argument})")
    if root is None:
        return
    for ours, theirs in zip(evaluate(root, ROWS[index]), run(root, FRAMES[index]), strict=True):
        tolerance = 2 * math.ulp(ours) if ours is not None and math.isfinite(ours) else 0.0
        assert within_tolerance(ours, theirs, tolerance), (argument, ours, theirs)


@seeded(15)
@given(
    st.sampled_from(
        ["rolling_mean({}, 3)", "rolling_sum({}, 2)", "rolling_std({}, 4)", "rolling_std({}, 1)", "cum_sum({})"]
    ),
    exact("float64", 2),
    st.sampled_from(["price", "price_n", "wild_n"]),
    LEGAL_WITHIN,
    FRAME,
)
def test_sql_agrees_on_running_sums(
    function: str, argument: str, name: str, within: tuple[str, ...], index: int
) -> None:
    root = typed(function.format(f"coalesce({name}, {argument})"))
    if root is None:
        return
    ours, theirs = evaluate(root, ROWS[index], within), run(root, FRAMES[index], within)
    for positions in groups(ROWS[index], within):
        values = column(root.args[0], [ROWS[index][each] for each in positions])
        for place, position in enumerate(positions):
            tolerance = tolerance_of(root.op, values[: place + 1])
            found = ours[position], theirs[position]
            assert within_tolerance(*found, tolerance), (function, argument, position, found)


@seeded(25)
@given(st.data(), LEGAL_WITHIN, FRAME)
def test_sql_agrees_on_datasets(data: st.DataObject, within: tuple[str, ...], index: int) -> None:
    kind = data.draw(st.sampled_from(list(DATASET_EXACT)))
    argument = data.draw(exact(kind, 3, ordered=data.draw(st.booleans())))
    name = {"bool": "maybe", "float64": "wild_n", "int64": "whole_n", "string": "text_n", "decimal": "wide_n"}
    name |= {"utc": "utc_n", "duration": "held_n", "enum": "side_n", "date": "day_n"}
    text = DATASET_EXACT[kind].format(f"({argument} if maybe else {name[kind]})")
    root = typed(text, dataset=True)
    if root is None:
        return
    frame = FRAMES[index]
    expected = evaluate_dataset(root, ROWS[index], within)
    assert_same(text, expected, run(root, frame, within, dataset=True), sql(root, frame, within, dataset=True))


ONE_OF_ALL = [
    "count()",
    "count(maybe)",
    "n_unique(text_n)",
    "sum(whole_n)",
    "sum(tiny)",
    "max(whole_n)",
    "min(tiny)",
    "7",
]
FROM_ALL = [
    "({} + {})",
    "({} * {})",
    "({} // {})",
    "({} % {})",
    "max({}, {})",
    "abs({} - {})",
    "({0} if {1} > {0} else 3)",
]


def _joined(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.builds(str.format, st.sampled_from(FROM_ALL), inner, inner)


@seeded(40)
@given(st.recursive(st.sampled_from(ONE_OF_ALL), _joined, max_leaves=16), LEGAL_WITHIN, FRAME)
def test_sql_agrees_on_what_is_computed_from_aggregates(text: str, within: tuple[str, ...], index: int) -> None:
    root = typed(text, dataset=True)
    if root is None:
        return
    frame = FRAMES[index]
    expected = evaluate_dataset(root, ROWS[index], within)
    assert_same(text, expected, run(root, frame, within, dataset=True), sql(root, frame, within, dataset=True))


@seeded(20)
@given(
    st.sampled_from(["mean({})", "sum({})", "std({})", "median({})", "quantile({}, 0.3)", "mad({})", "share({} > 1)"]),
    exact("float64", 2),
    st.sampled_from(["price", "price_n", "wild_n"]),
    LEGAL_WITHIN,
    FRAME,
)
def test_sql_agrees_on_statistics(function: str, argument: str, name: str, within: tuple[str, ...], index: int) -> None:
    value = f"({argument} if flag else {name})"
    root = typed(function.format(value), dataset=True)
    plain = typed(f"n_unique({value})", dataset=True)
    if root is None or plain is None:
        return
    ours = evaluate_dataset(root, ROWS[index], within)
    theirs = run(root, FRAMES[index], within, dataset=True)
    everything = [list(range(len(ROWS[index])))] if not within else groups(ROWS[index], within)
    for place, positions in enumerate(everything):
        values = column(plain.args[0], [ROWS[index][each] for each in positions])
        tolerance = tolerance_of(root.op, values)
        assert within_tolerance(ours[place], theirs[place], tolerance), (function, value, place, ours, theirs)


GUARDED = [
    "wild_n < wild",
    "wild_n == wild",
    "wild_n != wild",
    "price_n >= wild_n",
    "between(wild_n, price_n, wild)",
    "close(wild, wild_n)",
    "close(wild_n, price_n, rel=0, abs=1)",
    "sign(wild_n)",
    "sign(whole_n)",
    "min(wild_n, price_n)",
    "max(wild, wild_n, whole)",
    "price_n / wild",
    "whole / tiny",
    "1.0 / (price * tiny)",
    "price / (0.0 - price)",
    "price / -0.0",
    "whole // whole_n",
    "whole // -1",
    "whole_n // -3",
    "whole % whole_n",
    "whole_n % 7",
    "7 % tiny",
    "whole + whole_n",
    "whole - tiny",
    "whole * whole_n",
    "-whole",
    "abs(whole_n)",
    "round(wild_n)",
    "floor(wild_n)",
    "ceil(wild_n * 0.5)",
    "float(wide_n)",
    "cents * cents",
    "log(wild_n) > sqrt(wild_n)",
    "lower(text_n)",
    "upper(text_n)",
    "text_n < text",
    "len(text_n)",
    "contains(text, text_n)",
    "matches(text_n, r'[^a]?.{1,3}')",
    "side_n in ['buy', 'hold']",
    "(1 if maybe else whole)",
    "(maybe or wild_n > 1) and not (wild > wild_n)",
    "utc_n - york_n",
    "nano_n - utc_n",
    "utc + held_n",
    "held * whole",
    "-held",
    "abs(held_n)",
    "held_n / held",
    "day_ - day_n",
    "hour(york_n)",
    "date(york_n + hours(1))",
    "weekday(naive_n)",
    "day(nano_n)",
    "prev(prev(text_n), 2)",
    "first(prev(price_n))",
    "since(maybe)",
    "since(prev(whole_n) > 1)",
    "cum_min(wild_n)",
    "cum_max(prev(wild_n))",
    "cum_sum(whole_n)",
    "rolling_min(wild_n, 2)",
    "rolling_max(wild, 3)",
    "rolling_sum(whole, 2)",
    "delta(utc_n)",
    "changed(wild_n)",
]
"""What needs a guard somewhere, so that no guard waits for luck to be tested."""


@pytest.mark.parametrize("text", GUARDED)
def test_each_guard_is_right(text: str) -> None:
    root = typed(text)
    assert root is not None
    for index in (0, 1, 4, 5, 6):
        for within in ((), ("group", "flag")):
            data = FRAMES[index]
            assert_same(text, evaluate(root, ROWS[index], within), run(root, data, within), sql(root, data, within))


@pytest.mark.parametrize(
    "text", ["sum(whole)", "sum(whole_n)", "count(maybe)", "share(maybe) > 0.4", "n_unique(wild_n)"]
)
def test_sums_and_counts_are_right(text: str) -> None:
    root = typed(text, dataset=True)
    assert root is not None
    for data, read in zip(FRAMES, ROWS, strict=True):
        for within in ((), ("group",)):
            expected, found = evaluate_dataset(root, read, within), run(root, data, within, dataset=True)
            assert_same(text, expected, found, sql(root, data, within, dataset=True))


FEW = [
    {"group": str(number), "wild_n": value}
    for number, values in enumerate(
        values
        for size in (1, 2, 3)
        for values in itertools.product((-math.inf, math.inf, math.nan, -0.0, 1.0, 5.0, None), repeat=size)
    )
    for value in values
]
FEW_FRAME = pl.DataFrame(FEW, schema={"group": pl.String, "wild_n": pl.Float64})
STATISTICS = ["median", "mean", "sum", "std", "min", "max", "mad", "n_unique"]


@pytest.mark.parametrize("text", [*(f"{each}(wild_n)" for each in STATISTICS), "quantile(wild_n, 0.3)"])
def test_statistics_of_a_few_values_agree_on_nan_and_infinity(text: str) -> None:
    root = typed(text, dataset=True)
    assert root is not None
    found = run(root, FEW_FRAME, ["group"], dataset=True)
    for ours, theirs in zip(evaluate_dataset(root, FEW, ["group"]), found, strict=True):
        assert within_tolerance(ours, theirs, 1e-12), (ours, theirs)


@pytest.mark.parametrize("text", ["rolling_mean(price, 20)", "rolling_sum(price, 20)", "rolling_std(price, 20)"])
def test_a_spike_leaves_no_trace_in_a_window_it_has_left(text: str) -> None:
    root = typed(text)
    assert root is not None
    data = [{"price": each["x"]} for each in TAME]
    found = run(root, pl.DataFrame(data))
    for ours, theirs in list(zip(evaluate(root, data), found, strict=True))[70:]:
        assert within_tolerance(ours, theirs, 1e-12 * 2000)


def test_zscore_agrees_where_rounding_cannot_decide() -> None:
    root = typed("share(abs(zscore(tiny)) > 1.2)", dataset=True)
    assert root is not None
    for data, read in zip(FRAMES[:4], ROWS[:4], strict=True):
        assert_same("zscore", evaluate_dataset(root, read), run(root, data, dataset=True), "")
