"""Generated Python and the reference agree on every expression: on null, on NaN, on each value, on its type.

Set PEAKGUARD_AGREEMENT to have more of it; what hypothesis finds is short. More is in `test_agreement_random.py`.
"""

import math
import random
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from peakguard.expression.reference.interpreter import column, evaluate, groups
from tests.property.expressions import exact
from tests.property.scalar_backend import run
from tests.property.test_expression_agreement import (
    FRAME,
    LEGAL_WITHIN,
    ROOTS,
    ROWS,
    TAME,
    _tolerance,
    assert_same,
    seeded,
    typed,
    within_tolerance,
)


@seeded(150)
@given(st.sampled_from(ROOTS).flatmap(exact), LEGAL_WITHIN, FRAME)
def test_scalar_agrees_on_rows(text: str, within: tuple[str, ...], index: int) -> None:
    root = typed(text)
    if root is None:
        return
    assert_same(text, evaluate(root, ROWS[index], within), run(root, ROWS[index], within), "")


@seeded(40)
@given(st.sampled_from(["log", "exp"]), exact("float64", 2), FRAME)
def test_scalar_agrees_on_log_and_exp(function: str, argument: str, index: int) -> None:
    root = typed(f"{function}({argument})")
    if root is None:
        return
    assert_same(argument, evaluate(root, ROWS[index]), run(root, ROWS[index]), "")


RUNNING = [
    "rolling_mean({}, 3)",
    "rolling_sum({}, 2)",
    "rolling_std({}, 4)",
    "rolling_std({}, 1)",
    "cum_sum({})",
    "prev(rolling_mean({}, 3), 2)",
    "cum_max(cum_sum({}))",
]


@seeded(40)
@given(
    st.sampled_from(RUNNING),
    exact("float64", 2),
    st.sampled_from(["price", "price_n", "wild_n"]),
    LEGAL_WITHIN,
    FRAME,
)
def test_scalar_agrees_on_running_sums(
    function: str, argument: str, name: str, within: tuple[str, ...], index: int
) -> None:
    root = typed(function.format(f"coalesce({name}, {argument})"))
    if root is None:
        return
    innermost = root if root.args[0].op in ("coalesce", "column") else root.args[0]
    ours, theirs = evaluate(root, ROWS[index], within), run(root, ROWS[index], within)
    for positions in groups(ROWS[index], within):
        values = column(innermost.args[0], [ROWS[index][each] for each in positions])
        for place, position in enumerate(positions):
            tolerance = _tolerance(innermost.op, values[: place + 1])
            found = ours[position], theirs[position]
            assert within_tolerance(*found, tolerance), (function, argument, position, found)


RARE = [
    "max(wild, price, constant, wild_n, price_n)",
    "min(price, wild, price_n, constant)",
    "max(price, constant, price_n, 1.0, whole) > 2",
    "max(whole, tiny, whole_n, 3)",
    "coalesce(wild_n, price_n, sqrt(wild), 1.0)",
    "price_n > 1 and wild_n > 1 and maybe and flag",
    "price_n > 1 or wild_n > 1 or maybe or flag",
    "tiny in [-2, -1, 0, 1, 2] and not text_n in ['a', 'A', '0', '42', 'ß']",
    "cents in [0.01, -0.01, 1.1, 12.5] or wide_n in [0, 1, 2, 3]",
    "pow(wild / tiny, 8) > 1",
    "pow(whole_n + tiny, 5)",
    "hour(york_n) + weekday(naive_n) + year(nano_n) + month(utc_n) + day(day_n)",
    "whole // tiny + whole % tiny",
    "prev(cum_sum(whole_n), 2) - rolling_sum(tiny, 3) + since(prev(flag))",
    "cum_max(wild_n) - cum_min(wild_n)",
    "rolling_max(wild_n, 2) + rolling_min(wild, 3)",
    "is_null(whole_n + 1) or whole_n + 1 > tiny",
    "exp(price * 709.7)",
    "exp(709.5 + price)",
]
"""What chance seldom finds."""


@pytest.mark.parametrize("text", RARE)
def test_scalar_agrees_where_chance_seldom_looks(text: str) -> None:
    root = typed(text)
    assert root is not None
    for rows in ROWS:
        for within in ((), ("group",)):
            assert_same(text, evaluate(root, rows, within), run(root, rows, within), "")


@pytest.mark.parametrize("text", ["float(wide_n)", "-wide_n", "abs(wide_n)", "wide_n * 2", "max(wide_n, -wide_n) - 1"])
def test_scalar_agrees_on_long_decimals(text: str) -> None:
    root, source = typed(text), random.Random(1)
    assert root is not None
    rows = [{"wide_n": Decimal(source.randrange(-(10**28), 10**28)).scaleb(-8)} for _ in range(1000)]
    assert_same(text, evaluate(root, rows), run(root, rows), "")


@pytest.mark.parametrize("text", ["rolling_mean(price, 20)", "rolling_sum(price, 20)", "rolling_std(price, 20)"])
def test_a_spike_leaves_no_trace_in_a_window_it_has_left(text: str) -> None:
    root = typed(text)
    assert root is not None
    data = [{"price": each["x"]} for each in TAME]
    for ours, theirs in list(zip(evaluate(root, data), run(root, data), strict=True))[70:]:
        assert within_tolerance(ours, theirs, 1e-12 * 2000)
        assert math.isfinite(theirs)


def test_the_sum_of_a_window_is_rounded_once() -> None:
    root = typed("rolling_sum(price, 3)")
    assert root is not None
    assert run(root, [{"price": each} for each in (1e16, 1.0, -1e16)]) == [None, None, 1.0]
