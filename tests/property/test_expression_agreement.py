"""Polars and the reference agree on every expression: on null, on NaN, on each value.

About 20,000 evaluations here; set PEAKGUARD_AGREEMENT to multiply them (50 gives a million).
"""

import math
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from peakguard.expression.check import check
from peakguard.expression.emit.polars import emit
from peakguard.expression.grammar import parse
from peakguard.expression.reference.interpreter import column, evaluate, evaluate_dataset, groups
from peakguard.expression.typed import Typed
from tests.property.expressions import ROW_TYPES, exact
from tests.property.nasty import SCOPE, frame, rows
from tests.property.scale import SCALE

HEIGHT = 150
ROOTS = [*ROW_TYPES, *["bool", "int64", "float64"] * 6]
FRAMES = [frame(seed, HEIGHT) for seed in range(4)] + [frame(9, 1), frame(10, 2), frame(11, 0)]
ROWS = [rows(each) for each in FRAMES]
ALMOST = 1e-12
LEGAL_WITHIN = st.sampled_from([(), ("group",), ("group", "flag")])
FRAME = st.sampled_from([0, 1, 2, 3] * 3 + [4, 5, 6])


def seeded(examples: int) -> Callable[[Any], Any]:
    """The same examples in every run."""
    return settings(
        max_examples=examples * SCALE,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )


def typed(text: str, *, dataset: bool = False) -> Typed | None:
    """The typed IR; None where folding left nothing that reads a row, or the expression is too costly."""
    node, faults = parse(text, bounded=False)
    assert node is not None, (text, faults)
    found, faults = check(node, SCOPE._replace(dataset=dataset), want=None)
    if found is None:
        assert {each.code for each in faults} <= {"PG325", "PG329", "PG334", "PG335"}, (text, faults)
        return None
    return found.root if found.root.op != "literal" and (found.names or dataset) else None


def polars(expression: str, data: pl.DataFrame, within: Sequence[str] = (), *, dataset: bool = False) -> list[Any]:
    """What Polars makes of emitted text, times as counts."""
    made = eval(expression, {"pl": pl, "__builtins__": {}}).alias("result")
    if dataset and within and not data.height:
        return []
    if dataset and within:
        result = data.group_by(within, maintain_order=True).agg(made)["result"]
    else:
        result = data.select(made)["result"]
    return (result.cast(pl.Int64) if result.dtype in (pl.Datetime, pl.Duration) else result).to_list()


def same(ours: Any, theirs: Any) -> bool:
    """Equal, with NaN equal to NaN and no sign on zero; of one type."""
    if ours is None or theirs is None:
        return ours is theirs
    if isinstance(ours, float) and math.isnan(ours):
        return isinstance(theirs, float) and math.isnan(theirs)
    return type(ours) is type(theirs) and bool(ours == theirs)


def within_tolerance(ours: Any, theirs: Any, tolerance: float) -> bool:
    """As `same`, or nearer than the tolerance; anything goes where the inputs overflow the arithmetic."""
    return same(ours, theirs) or (
        ours is not None and theirs is not None and (not math.isfinite(tolerance) or abs(ours - theirs) <= tolerance)
    )


def assert_same(text: str, expected: list[Any], found: list[Any], emitted: str) -> None:
    assert len(expected) == len(found), (text, len(expected), len(found), emitted)
    wrong = [index for index, pair in enumerate(zip(expected, found, strict=True)) if not same(*pair)]
    assert not wrong, (text, wrong[0], expected[wrong[0]], found[wrong[0]], emitted)


@seeded(110)
@given(st.sampled_from(ROOTS).flatmap(exact), LEGAL_WITHIN, FRAME)
def test_polars_agrees_on_rows(text: str, within: tuple[str, ...], index: int) -> None:
    root = typed(text)
    if root is None:
        return
    emitted = emit(root, {}, within)
    expected = evaluate(root, ROWS[index], within)
    assert_same(text, expected, polars(emitted, FRAMES[index], within), emitted)
    for found in expected:
        assert root.nullable or found is not None, (text, "a null that the type denies")
        assert root.special == 2 or not isinstance(found, float) or found == found, (text, "a NaN that the type denies")
        assert root.special > 0 or not isinstance(found, float) or math.isfinite(found), (text, "an infinity denied")
        if root.type.kind == "int64" and found is not None:
            assert root.low <= found <= root.high, (text, "an integer out of its bounds")


@seeded(15)
@given(st.sampled_from(["log", "exp"]), exact("float64", 2), FRAME)
def test_polars_agrees_on_log_and_exp_within_two_ulp(function: str, argument: str, index: int) -> None:
    root = typed(f"{function}({argument})")
    if root is None:
        return
    found = polars(emit(root, {}, ()), FRAMES[index])
    for ours, theirs in zip(evaluate(root, ROWS[index]), found, strict=True):
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
def test_polars_agrees_on_running_sums(
    function: str, argument: str, name: str, within: tuple[str, ...], index: int
) -> None:
    root = typed(function.format(f"coalesce({name}, {argument})"))
    if root is None:
        return
    data, ours = FRAMES[index], evaluate(root, ROWS[index], within)
    theirs = polars(emit(root, {}, within), data, within)
    for positions in groups(ROWS[index], within):
        values = column(root.args[0], [ROWS[index][each] for each in positions])
        for place, position in enumerate(positions):
            tolerance = _tolerance(root.op, values[: place + 1])
            found = ours[position], theirs[position]
            assert within_tolerance(*found, tolerance), (function, argument, position, found)


def _tolerance(op: str, values: Sequence[float | None]) -> float:
    """A share of the gross sum of what went in; unbounded where sums or squares overflow."""
    finite = [abs(each) for each in values if each is not None and math.isfinite(each)]
    gross = sum(finite)
    if op.endswith(("std", "zscore")) and gross > 1e150:
        return math.inf
    return ALMOST * gross if gross < 1e307 else math.inf


DATASET_EXACT = {
    "bool": "count({}) > 3",
    "float64": "(max({0}) - min({0})) * 2.0",
    "int64": "sum({}) + count()",
    "string": "n_unique({})",
    "decimal": "max({})",
    "utc": "max({0}) - min({0})",
    "duration": "min({})",
    "enum": "n_unique({})",
    "date": "n_unique({}) / count()",
}


@seeded(15)
@given(st.data(), LEGAL_WITHIN, FRAME)
def test_polars_agrees_on_datasets(data: st.DataObject, within: tuple[str, ...], index: int) -> None:
    kind = data.draw(st.sampled_from(list(DATASET_EXACT)))
    argument = data.draw(exact(kind, 3, ordered=data.draw(st.booleans())))
    name = {"bool": "maybe", "float64": "wild_n", "int64": "whole_n", "string": "text_n", "decimal": "wide_n"}
    name |= {"utc": "utc_n", "duration": "held_n", "enum": "side_n", "date": "day_n"}
    text = DATASET_EXACT[kind].format(f"({argument} if maybe else {name[kind]})")
    root = typed(text, dataset=True)
    if root is None:
        return
    emitted = emit(root, {}, ())
    expected = evaluate_dataset(root, ROWS[index], within)
    assert_same(text, expected, polars(emitted, FRAMES[index], within, dataset=True), emitted)


@seeded(15)
@given(
    st.sampled_from(["mean({})", "sum({})", "std({})", "median({})", "quantile({}, 0.3)", "mad({})", "share({} > 1)"]),
    exact("float64", 2),
    st.sampled_from(["price", "price_n", "wild_n"]),
    LEGAL_WITHIN,
    FRAME,
)
def test_polars_agrees_on_statistics(
    function: str, argument: str, name: str, within: tuple[str, ...], index: int
) -> None:
    value = f"({argument} if flag else {name})"
    root = typed(function.format(value), dataset=True)
    plain = typed(f"n_unique({value})", dataset=True)
    if root is None or plain is None:
        return
    ours = evaluate_dataset(root, ROWS[index], within)
    theirs = polars(emit(root, {}, ()), FRAMES[index], within, dataset=True)
    everything = [list(range(len(ROWS[index])))] if not within else groups(ROWS[index], within)
    for place, positions in enumerate(everything):
        values = column(plain.args[0], [ROWS[index][each] for each in positions])
        tolerance = _tolerance(root.op, values)
        assert within_tolerance(ours[place], theirs[place], tolerance), (function, value, place, ours, theirs)


TAME = [{"x": 100 + math.sin(index) * (1e16 if index == 50 else 1)} for index in range(200)]


@pytest.mark.parametrize("text", ["rolling_mean(price, 20)", "rolling_sum(price, 20)", "rolling_std(price, 20)"])
def test_a_spike_leaves_no_trace_in_a_window_it_has_left(text: str) -> None:
    root = typed(text)
    assert root is not None
    data = [{"price": each["x"]} for each in TAME]
    found = polars(emit(root, {}, ()), pl.DataFrame(data))
    for ours, theirs in list(zip(evaluate(root, data), found, strict=True))[70:]:
        assert within_tolerance(ours, theirs, 1e-12 * 2000)


def test_zscore_agrees_where_rounding_cannot_decide() -> None:
    root = typed("share(abs(zscore(tiny)) > 1.2)", dataset=True)
    assert root is not None
    for data, read in zip(FRAMES[:4], ROWS[:4], strict=True):
        assert_same("zscore", evaluate_dataset(root, read), polars(emit(root, {}, ()), data, dataset=True), "")


def test_dates_are_written_as_literals() -> None:
    assert typed("day_ >= date('2024-02-29')") is not None
    assert date(2024, 2, 29) in [each["day_"] for each in ROWS[0]]
