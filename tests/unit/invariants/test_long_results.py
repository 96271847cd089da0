"""Results of many rows, which one query looks at in pieces: what it finds is what a look at every row finds."""

from __future__ import annotations

import pickle
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from math import inf, nan
from typing import Any, Literal
from unittest.mock import patch

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from peakguard.engines.polars import running, step_rows
from peakguard.engines.polars.running import running as running_extremes
from peakguard.engines.polars.step_query import answers
from peakguard.engines.polars.step_totals import totals as totals_of
from peakguard.engines.polars.steps import Steps
from peakguard.runtime.errors import PeakguardError
from peakguard.runtime.invariant import Verification
from tests.property.test_invariants_agreement import in_pieces
from tests.unit.invariants.test_bounds import policy

STATE = {"cash": "float64", "value": "float64", "equity": "float64", "fees": "float64"}
BOOK = {"expr": "close(equity, cash + value, rel=1e-9, abs=0.01)"}
FEES = {"expr": "fees >= prev(fees)", "on_null": "pass"}
DRAWDOWN = {"expr": "equity >= 0.2 * cum_max(equity)"}
Op = Literal["cum_max", "cum_min"]


@pytest.fixture(autouse=True)
def _small_pieces() -> Iterator[None]:
    with in_pieces():
        yield


def book(**changed: Sequence[float | None]) -> pl.DataFrame:
    rows = {
        "cash": [50.0, 40.0, 40.0, 60.0, 60.0, 55.0, 55.0],
        "value": [50.0, 65.0, 70.0, 40.0, 45.0, 45.0, 45.0],
        "equity": [100.0, 105.0, 110.001, 100.002, 105.0, 100.0, 100.002],
        "fees": [0.0, 1.0, 1.5, 2.5, 2.75, 3.0, 3.25],
    }
    return pl.DataFrame({**rows, **changed}, schema=dict.fromkeys(rows, pl.Float64))


def judged(frame: pl.DataFrame, state: Mapping[str, Any] = STATE, **invariants: Any) -> tuple[Verification, bool]:
    """The outcome, and whether no look at every row was needed."""
    with (
        patch("peakguard.engines.polars.steps.totals", wraps=totals_of) as totals,
        patch.object(step_rows, "_is_sound") as looked,
    ):
        looked.side_effect = AssertionError
        try:
            found = policy(state, **invariants).verify(frame)
        except AssertionError:
            looked.side_effect = None
            looked.return_value = False
            found = policy(state, **invariants).verify(frame)
        return found, not totals.called and looked.call_count == 0


@given(st.lists(st.integers(-50, 50), max_size=40), st.sampled_from(["cum_max", "cum_min"]), st.booleans())
def test_extremes_so_far_are_those_of_polars(values: list[int], op: Op, floats: bool) -> None:
    series = pl.Series(values, dtype=pl.Float64 if floats else pl.Int64)
    with patch.object(running, "_PIECE", 3):
        found = running_extremes(series, op)
    assert found.to_list() == getattr(series, op)().to_list()
    assert found.dtype == series.dtype


def test_a_sound_result_is_decided_by_one_query() -> None:
    found, is_quick = judged(book(), book=BOOK, fees=FEES, drawdown=DRAWDOWN)
    assert is_quick
    assert [each.broken for each in found.outcomes] == [0, 0, 0, 0]
    assert found.outcomes[2].unknown == 1
    calls = {each.id: each.closest for each in found.outcomes if each.closest is not None}
    assert {id: call.step for id, call in calls.items()} == {
        "invariants.book": 4, "invariants.drawdown": 6, "invariants.fees": 5,
    }  # fmt: skip # one line
    assert calls["invariants.fees"].values == {"fees": 2.75}


def test_of_equal_calls_the_first_counts_in_whichever_piece() -> None:
    found, _ = judged(book(cash=[9.0, 8.0, 7.0, 7.0, 7.0, 7.0, 7.0]), solvent={"expr": "cash >= 0"})
    assert found.outcomes[1].closest is not None
    assert found.outcomes[1].closest.step == 3


def test_closest_calls_are_looked_for_once_and_only_when_asked_for() -> None:
    with patch("peakguard.engines.polars.step_nearest.answers", wraps=answers) as sought:
        found, _ = judged(book(), drawdown=DRAWDOWN, fees=FEES)
        assert not sought.called
        closest = [each.closest for each in found.outcomes if each.closest]
        assert [(each.measure, each.step) for each in closest] == [(pytest.approx(77.9998), 6), (0.25, 5)]
        assert sought.call_count == 1


def test_a_closest_call_goes_to_another_process_with_its_place() -> None:
    found, _ = judged(book(), drawdown=DRAWDOWN)
    there = pickle.loads(pickle.dumps(found))
    assert there == found
    assert there.outcomes[1].closest == ("distance", pytest.approx(77.9998), 6, {"equity": 100.0})
    assert repr(there.outcomes[1]) == repr(found.outcomes[1])


@pytest.mark.parametrize(
    ("changed", "odd"),
    [
        ({"cash": [50.0, 40.0, inf, 60.0, 60.0, 55.0, 55.0]}, 1),
        ({"cash": [50.0, 40.0, inf, 60.0, 60.0, 55.0, 55.0], "value": [50.0, 65.0, -inf, 40.0, 45.0, 45.0, 45.0]}, 1),
        ({"equity": [100.0, 105.0, 110.0, 100.0, 105.0, 100.0, nan]}, 1),
        ({"fees": [0.0, inf, 1.0, 2.0, 3.0, 4.0, inf]}, 2),
        ({"fees": [0.0, None, 1.0, 2.0, 3.0, 4.0, 5.0]}, 1),
    ],
)
def test_odd_values_are_found_by_what_they_make_of_a_sum(changed: Any, odd: int) -> None:
    found, is_quick = judged(book(**changed), book=BOOK, fees={"expr": "fees >= 0"})
    assert not is_quick
    assert found.outcomes[0].failed == odd


def test_a_list_with_an_odd_value_is_found_and_shown_as_it_is() -> None:
    rows = pl.DataFrame({"x": [1.0] * 4, "ps": [[{"q": 1.0}], [], [{"q": 2.0}, {"q": None}], [{"q": 3.0}]]})
    state = {"x": "float64", "ps": {"list": {"q": "float64"}}}
    found, is_quick = judged(rows, state, a={"expr": "x + sum(p.q for p in ps) > 0"})
    assert not is_quick
    assert found.outcomes[0].first is not None
    assert (found.outcomes[0].first.step, found.outcomes[0].first.values) == (3, {"ps": [{"q": 2.0}, {"q": None}]})
    assert judged(rows.filter(pl.col("ps").list.len() < 2), state, a={"expr": "x + sum(p.q for p in ps) > 0"})[1]


def test_times_that_python_has_no_value_for_are_odd() -> None:
    known = datetime(2026, 1, 1, tzinfo=UTC)
    times = pl.Series([known, known, known], dtype=pl.Datetime("us", "UTC"))
    state = {"time": "datetime[us, UTC]"}
    in_order = {"expr": "time >= prev(time)", "on_null": "pass"}
    assert judged(pl.DataFrame({"time": times}), state, a=in_order)[1]
    far = pl.Series([*times.to_physical(), 2**62]).cast(pl.Datetime("us", "UTC"))
    found, is_quick = judged(pl.DataFrame({"time": far}), state, a=in_order)
    assert (is_quick, found.outcomes[0].failed) == (False, 1)


@pytest.mark.parametrize("large", [1e6, 9.9e6, 1e7, 1.0001e7, 3e9])
def test_a_tolerance_that_is_relative_on_some_rows_is_told_for_each(large: float) -> None:
    off = large * 1e-9 * 0.75
    frame = book(cash=[large] * 7, value=[0.0] * 7, equity=[large, large + 0.005, large - off, *[large] * 4])
    found, is_quick = judged(frame, book=BOOK)
    call = found.outcomes[1].closest
    assert is_quick
    assert call is not None
    assert call.measure == max(
        abs(equity - large) / max(1e-9 * max(equity, large), 0.01) for equity in frame["equity"].to_list()
    )


@pytest.mark.parametrize("expr", ["fees > 0", "close(equity, cash + value, abs=0.0001)", "equity > 105"])
def test_what_some_step_breaks_is_looked_into(expr: str) -> None:
    found, is_quick = judged(book(), it={"expr": expr})
    with patch.object(step_rows, "FROM", 1_000):
        assert policy(STATE, it={"expr": expr}).verify(book()) == found
    assert not is_quick


@pytest.mark.parametrize(
    "expr", ["fees >= 0", "0 <= delta(fees)", "delta(equity) > -11", "close(equity, cash + value, abs=0.002)"]
)
def test_what_is_at_its_bound_at_some_step_is_kept(expr: str) -> None:
    found, is_quick = judged(book(), it={"expr": expr, "on_null": "pass"})
    assert is_quick
    with patch.object(step_rows, "FROM", 1_000):
        assert policy(STATE, it={"expr": expr, "on_null": "pass"}).verify(book()) == found


SIZES = [0.0, -0.0, 5e-324, -5e-324, 1e-308, 1.0, 1.0000000000000002, -1.0, 1e308, -1e308, 1.7976931348623157e308]


@given(
    st.lists(st.one_of(st.sampled_from([*SIZES, inf, -inf, nan]), st.sampled_from(SIZES), st.floats()), max_size=12),
    st.sampled_from(["x - prev(x) {} 0", "0 {} x - prev(x)", "x {} prev(x)", "prev(x) {} x", "0 {} delta(x)"]),
    st.sampled_from(["<", "<=", ">", ">="]),
    st.booleans(),
)
def test_values_in_order_are_judged_as_by_their_differences(
    values: list[float], expr: str, order: str, is_sorted: bool
) -> None:
    rises = {"expr": expr.format(order), "on_null": "pass"}
    frame = pl.DataFrame({"x": sorted(values) if is_sorted else values}, schema={"x": pl.Float64})
    found = policy({"x": "float64"}, rises=rises).verify(frame)
    with patch.object(step_rows, "FROM", 1_000):
        # Written out, for NaN is not even equal to itself.
        assert repr(policy({"x": "float64"}, rises=rises).verify(frame)) == repr(found)


@pytest.mark.parametrize(
    ("expr", "field"),
    [
        ("fees >= prev(fees)", "fees"),
        ("prev(fees) > fees", "fees"),
        ("delta(fees) <= 0", "fees"),
        ("0 < fees - prev(fees)", "fees"),
        ("at > prev(at)", "at"),
        ("fees >= prev(fees, 2)", None),
        ("fees >= prev(cash)", None),
        ("fees >= 2 * prev(fees)", None),
        ("gaps >= prev(gaps)", None),
        ("odd >= prev(odd)", None),
        ("fees > prev(fees) and cash > 0", None),
    ],
)
def test_what_orders_the_values_of_a_field(expr: str, field: str | None) -> None:
    more = {"gaps": {"type": "float64", "nullable": True}, "odd": {"type": "float64", "finite": False}}
    made = policy({**STATE, **more, "at": "datetime[us, UTC]"}, it={"expr": expr, "on_null": "pass"})
    assert made.table["invariants"][0]["polars"]["streamed"]["orders"] == field


@pytest.mark.parametrize(
    "values", [[nan, 1.0, 2.0], [1.0, nan, nan], [1.0, 2.0, inf], [-inf, 1.0, 2.0], [1.0, nan, 2.0], [nan] * 3]
)
def test_odd_values_at_the_ends_of_what_is_in_order_are_found(values: list[float]) -> None:
    up = pl.DataFrame({"x": values})
    for frame, expr in ((up, "x >= prev(x)"), (up.reverse(), "x <= prev(x)"), (up.reverse(), "delta(x) <= 0")):
        found, is_quick = judged(frame, {"x": "float64"}, it={"expr": expr, "on_null": "pass"})
        assert not is_quick
        assert found.outcomes[0].failed == sum(value - value != 0 for value in values)


def test_an_extreme_of_what_was_nan_stays_nan() -> None:
    """To Polars an extreme skips NaN; here it stays once it has come."""
    values = [1.0, 2.0, 1.5, nan, 1.0, 3.0, 2.0, 1.0]
    found, _ = judged(
        pl.DataFrame({"y": values}), {"y": {"type": "float64", "finite": False}}, top={"expr": "cum_max(y) < 9"}
    )
    assert (found.outcomes[1].passed, found.outcomes[1].failed) == (3, 5)


def test_a_closest_call_that_looks_back_is_found_where_a_piece_begins() -> None:
    frame = book(cash=[10.0, 20.0, 30.0, 30.5, 40.0, 50.0, 60.0], value=[0.0] * 7)
    rises = {"expr": "cash > prev(cash + value)", "on_null": "pass"}
    found, is_quick = judged(frame, rises=rises)
    assert is_quick
    assert found.outcomes[1].closest is not None
    assert (found.outcomes[1].closest.step, found.outcomes[1].closest.measure) == (4, 0.5)


@pytest.mark.parametrize(
    ("expr", "changed"), [("close(x, y, abs=0.01)", 7.0), ("close(x, y, rel=0.01)", 7.0), ("x > 0", -1.0)]
)
def test_rows_that_were_changed_before_the_closest_call_was_asked_for_are_told(expr: str, changed: float) -> None:
    values = np.array([3.0, 2.005, 1.0, 4.0])
    frame = pl.DataFrame({"x": values, "y": [3.0, 2.0, 1.0, 4.0]})
    found = policy({"x": "float64", "y": "float64"}, it={"expr": expr}).verify(frame)
    values[:] = changed
    with pytest.raises(PeakguardError) as caught:
        _ = found.outcomes[1].closest
    assert caught.value.code == "PG2063"


@pytest.mark.parametrize("on_null", ["pass", "fail"])
def test_what_is_unknown_at_first_needs_a_look_at_every_row_only_where_it_is_broken_by_that(on_null: str) -> None:
    both = {"expr": "cash > -1 and prev(cash) > -2", "on_null": on_null}
    with patch.object(Steps, "_looked_into", autospec=True, side_effect=Steps._looked_into) as looked:
        found, _ = judged(book(), it=both, solvent={"expr": "cash >= 0"})
        assert [each.closest.step for each in found.outcomes if each.closest] == [2, 2]
        assert looked.call_count == (on_null == "fail")


def test_memory_of_others_is_not_looked_at_later() -> None:
    values = pl.DataFrame({"x": [3.0, 2.0, 1.0, 4.0]}).to_pandas()
    found = policy({"x": "float64"}, it={"expr": "x > 0"}).verify(values)
    values.loc[:, "x"] = 7.0
    assert found.outcomes[1].closest is not None
    assert found.outcomes[1].closest == ("distance", 1.0, 3, {"x": 1.0})
