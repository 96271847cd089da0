"""A cadence with the calendar of an exchange, against a plain reading of it; in batches as well as whole."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import exchange_calendars
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import peakguard
from peakguard.engines.polars import groups, streaming
from peakguard.engines.polars.in_memory import Prepared, gather
from peakguard.kinds.contract.outcome import verdict_of
from peakguard.kinds.contract.runtime import Contract
from peakguard.runtime.violation import Gap, Gaps, Verdict
from tests.property.test_streaming_agreement import source_of

POLICY = """\
peakguard: 1
kind: contract
name: bars
version: 1.0.0
columns: {k: {type: string, nullable: true}, t: {type: 'datetime[us, UTC]', nullable: true}}
cadence: {every: 2h, column: t, within: [k], calendar: %s, max_gap: %d}
"""
START = datetime(2024, 11, 27, tzinfo=UTC)
NOW = datetime(2026, 1, 1, tzinfo=UTC)
CUTS = st.lists(st.integers(0, 5), max_size=6)


@cache
def contract(calendar: str, max_gap: int) -> Contract:
    with TemporaryDirectory() as folder:
        (Path(folder) / "contracts").mkdir()
        (Path(folder) / "contracts" / "bars.yaml").write_text(POLICY % (calendar, max_gap))
        return peakguard.load(folder).contract("bars")


@cache
def expected(calendar: str) -> list[datetime]:
    """Thanksgiving, the half day after it, and a lunch break where there is one."""
    if calendar == "24/7":
        return [START + timedelta(hours=2 * step) for step in range(80)]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the library uses what pandas is about to give up
        library = exchange_calendars.get_calendar(calendar, start="2024-11-01", end="2024-12-31")
        index = library.trading_index("2024-11-27", "2024-12-03", "2h", intervals=False, closed="left", force=False)
    return [each.to_pydatetime() for each in index]


def oracle(frame: pl.DataFrame, calendar: str, max_gap: int) -> tuple[list[int], list[int], list[Gap]]:
    """Rows outside of sessions, rows against the cadence, and the gaps. Unknown rows are against nothing."""
    bars = expected(calendar)
    outside, against, gaps = [], [], []
    last: dict[Any, tuple[datetime | None]] = {}
    for row, (group, at) in enumerate(frame.select("k", "t").iter_rows()):
        before = last.get(group)
        last[group] = (at,)
        if at is not None and at not in bars:
            outside.append(row)
        if before is None or before[0] is None or at is None:
            continue
        missing = sum(1 for bar in bars if before[0] < bar < at)
        if at <= before[0] or missing > max_gap:
            against.append(row)
        if at > before[0] and missing > max_gap:
            gaps.append(Gap(row, {"k": group}, before[0].isoformat(), at.isoformat(), missing))
    return outside, against, gaps


def verdicts(calendar: str, max_gap: int, frame: pl.DataFrame, cuts: Sequence[int]) -> list[Verdict]:
    plan = contract(calendar, max_gap)._plan
    whole = gather(Prepared(plan), frame, is_text=False, examples=99, today="2026-01-01")
    batched = streaming.gather(plan, source_of(frame, cuts), examples=99, today="2026-01-01")
    return [verdict_of(plan, evidence, NOW) for evidence in (whole, batched)]


@st.composite
def frames(draw: Any, calendar: str) -> pl.DataFrame:
    times = st.one_of(
        st.sampled_from(expected(calendar)),
        st.integers(0, 24 * 6 * 2).map(lambda step: START + timedelta(minutes=30 * step)),
        st.none(),
    )
    rows = draw(st.lists(st.fixed_dictionaries({"k": st.sampled_from(["a", "b", None]), "t": times}), max_size=14))
    frame = pl.DataFrame(rows, schema={"k": pl.String, "t": pl.Datetime("us", "UTC")})
    order = draw(st.sampled_from([(), ("t",), ("k", "t")]))
    return frame.sort(order) if order else frame


@pytest.mark.parametrize("few_runs", [1, 64])
@pytest.mark.parametrize("calendar", ["XNYS", "XTKS", "CMES"])
@given(data=st.data(), cuts=CUTS, max_gap=st.integers(0, 3))
@settings(max_examples=40, deadline=None)
def test_rows_and_gaps_are_those_of_a_plain_reading(
    calendar: str, few_runs: int, data: st.DataObject, cuts: list[int], max_gap: int
) -> None:
    frame = data.draw(frames(calendar))
    outside, against, gaps = oracle(frame, calendar, max_gap)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(groups, "FEW_RUNS", few_runs)
        whole, batched = verdicts(calendar, max_gap, frame, cuts)
    assert batched == whole
    found = {rule.id: rule.violation for rule in whole.rules}
    assert list(found["cadence.calendar"].rows if found["cadence.calendar"] else ()) == outside
    violation = found["cadence"]
    assert list(violation.rows if violation else ()) == against
    if violation is not None:
        assert violation.gaps == Gaps(len(gaps), sum(gap.missing for gap in gaps), tuple(gaps))


LOOKING_BACK = (
    POLICY % ("24/7", 0)
    + """\
rules:
  steady: {expr: 'k == prev(k, 3)', within: [k], on_null: pass}
"""
)


def test_rows_that_another_rule_looks_back_to_bring_no_gap_twice(tmp_path: Path) -> None:
    (tmp_path / "contracts").mkdir()
    (tmp_path / "contracts" / "bars.yaml").write_text(LOOKING_BACK)
    plan = peakguard.load(tmp_path).contract("bars")._plan
    times = [START + timedelta(hours=hour) for hour in (0, 6, 8, 20, 22, 30)]
    frame = pl.DataFrame({"k": "a", "t": times}, schema={"k": pl.String, "t": pl.Datetime("us", "UTC")})
    for cuts in ([1] * 6, [2, 2], [3], []):
        evidence = streaming.gather(plan, source_of(frame, cuts), examples=9, today="2026-01-01")
        assert [(gap.row, gap.missing) for gap in evidence.gaps["cadence"].shown] == [(1, 2), (3, 5), (5, 3)]
        assert evidence.gaps["cadence"][:2] == (3, 10)


@given(data=st.data(), cuts=CUTS, max_gap=st.integers(0, 2))
@settings(max_examples=40, deadline=None)
def test_so_are_the_gaps_of_a_clock_that_never_stops(data: st.DataObject, cuts: list[int], max_gap: int) -> None:
    frame = data.draw(frames("24/7")).drop_nulls()
    _, _, gaps = oracle(frame, "24/7", max_gap)
    whole, batched = verdicts("24/7", max_gap, frame, cuts)
    assert batched == whole
    (cadence,) = (rule for rule in whole.rules if rule.id == "cadence")
    found = cadence.violation.gaps.shown if cadence.violation is not None and cadence.violation.gaps else ()
    # Between bars that keep to the grid; off it, bars are counted from the row before.
    grid = {bar.isoformat() for bar in expected("24/7")}
    assert [gap for gap in found if {gap.start, gap.end} <= grid] == [
        gap for gap in gaps if {gap.start, gap.end} <= grid
    ]
