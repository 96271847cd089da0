"""Data cut into batches give the very verdict that they give as a whole: counts, rows and examples."""

from __future__ import annotations

import math
import tempfile
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import peakguard
from peakguard.engines.polars import groups, keys, streaming
from peakguard.engines.polars.batches import Source
from peakguard.engines.polars.in_memory import Prepared, gather
from peakguard.kinds.contract.outcome import verdict_of
from peakguard.kinds.contract.runtime import Contract
from peakguard.runtime.violation import Verdict
from tests.property.scale import SCALE

if TYPE_CHECKING:
    from polars._typing import EngineType

# No bound may be met exactly by a handful of numbers: -6, -6, -6 and 7 have a z-score of 1.5, but for the last bit.
POLICY = """\
peakguard: 1
kind: contract
name: all
version: 1.0.0
columns:
  k: {type: string, matches: '[a-c]+'}
  g: {type: enum, values: [p, q], nullable: true}
  t: {type: 'datetime[us, UTC]'}
  n: {type: int64, ge: -5, lt: 100, nullable: true}
  x: {type: float64, gt: 0}
  y: {type: float64, finite: false, nullable: true, unique: true}
  d: {type: date, required: false, nullable: true}
key: [k, t]
order: {by: t, within: [k], strict: true}
cadence: {every: 1h, column: t, within: [k], max_gap: 1}
freshness: {column: t, max_age: 1d}
rows: {min: 2, max: 12}
exempt:
  - {key: {k: a, t: 2026-01-01T01:00:00Z}, rule: rising, reason: known, until: 2100-01-01}
  - {key: {k: b, t: 2026-01-01T02:00:00Z}, rule: far_steps, reason: known, until: 2100-01-01}
  - {key: {k: b, t: 2026-01-01T02:00:00Z}, rule: above, reason: known, until: 2100-01-01}
rules:
  above: {expr: x >= y, on_null: fail}
  below: {expr: 'x <= max(y, 3.0) or n > 0', on_null: pass}
  spread: {expr: x - y < 50, when: 'not is_null(y) and not is_nan(y)', on_null: pass, max_fail_rate: 0.4}
  rising: {expr: n >= prev(n), within: [k], on_null: fail}
  rising_anywhere: {expr: 'n >= prev(n, 2)', on_null: pass}
  jump: {expr: 'abs(x / prev(x) - 1) <= 0.5', within: [k], when: 'prev(n) > 0', on_null: fail, severity: warning}
  ratio: {expr: 'x / prev(x) < 100', within: [g], on_null: pass}
  two: {expr: 'prev(delta(n), 2) != 3', within: [k, g], on_null: pass}
  smooth: {expr: 'rolling_max(x, 3) < 40 and rolling_sum(n, 2) < 8', within: [k], on_null: pass}
  total: {expr: cum_sum(n) <= 20, within: [k], on_null: fail}
  total_all: {expr: cum_sum(n) <= 99, on_null: pass}
  peak: {expr: 'x >= 0.5 * cum_max(x)', within: [k], on_null: pass}
  depth: {expr: y > cum_min(y) - 1, within: [g], on_null: fail}
  lately: {expr: since(n > 0) < 2, within: [k], on_null: fail}
  lately_all: {expr: since(y > x) < 2, on_null: fail}
  start: {expr: x >= first(x), within: [k], on_null: pass}
  start_all: {expr: n >= first(n), on_null: pass}
  filled: {expr: 'prev(max(n, 0)) < 2 or n > 1', within: [k], on_null: pass}
  filled_anywhere: {expr: 'prev(coalesce(x, 1.0)) != 1', on_null: fail}
  missing: {expr: 'not prev(is_null(x), 2)', within: [k], on_null: pass}
  nested: {expr: prev(cum_max(n)) <= n + 5, within: [k], on_null: pass}
  climbs: {expr: cum_sum(delta(n)) < 7, within: [k], on_null: pass}
  switched: {expr: cum_min(cum_max(n)) < 7, on_null: pass, mode: observe}
  off: {expr: x > 1, mode: 'off'}
  enough: {dataset: count() < 4, within: [k]}
  few: {dataset: count() < 9}
  mostly: {dataset: 'share(x > 1) > 0.4'}
  mostly_each: {dataset: 'share(x > prev(x)) > 0.4', within: [k], on_null: fail}
  sums: {dataset: 'sum(n) < 50 and mean(n) > -3 or max(n) == 7', within: [g], on_null: pass}
  extremes: {dataset: 'max(x) < 49 and min(y) > -3', on_null: fail}
  kinds: {dataset: n_unique(n) < 4, within: [k]}
  kinds_all: {dataset: 'n_unique(k) < 3 and count(n > 0) < 5'}
  middle: {dataset: median(x) < 40, within: [k], on_null: pass}
  tail: {dataset: 'quantile(n, 0.5) < 90 and count(abs(zscore(n)) > 1.47) == 0', on_null: pass}
  climb: {dataset: max(cum_sum(n)) < 30, within: [k], on_null: pass}
  far: {expr: abs(zscore(n)) <= 1.3, within: [k], on_null: pass}
  far_anywhere: {expr: x - median(x) <= 8 * mad(x)}
  far_steps: {expr: 'abs(zscore(delta(n))) <= 1.3 or x > mean(y)', within: [k, g], on_null: fail}
  level: {expr: median(x) < 40}
"""
SCHEMA: dict[str, Any] = {
    "k": pl.String,
    "g": pl.String,
    "t": pl.Datetime("us", "UTC"),
    "n": pl.Int64,
    "x": pl.Float64,
    "y": pl.Float64,
    "d": pl.Date,
}
NOW = datetime(2026, 1, 2, tzinfo=UTC)
HOURS = st.one_of(
    st.none(), st.integers(0, 6).map(lambda hour: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(hours=hour))
)
# Sums of these are exact, so that no order of adding them makes a difference.
FLOATS = st.sampled_from([0.0, -0.0, 1.0, 2.5, 3.0, 49.0])
NASTY = st.sampled_from([None, 0.0, -0.0, 2.5, -3.0, math.inf, -math.inf, math.nan, 49.0])
TAME_ROW = {
    "k": st.sampled_from(["a", "b"]),
    "g": st.sampled_from(["p", "q"]),
    "t": HOURS.filter(lambda hour: hour is not None),
    "n": st.sampled_from([-6, 0, 7, 99]),
    "x": FLOATS,
    "y": FLOATS,
    "d": st.just(date(2026, 1, 1)),
}
NASTY_ROW = {
    "k": st.sampled_from(["a", "b", "ab", "Z", None]),
    "g": st.sampled_from(["p", "q", "r", None]),
    "t": HOURS,
    "n": st.sampled_from([None, -6, 0, 7, 2**63 - 1, -(2**63)]),
    "x": NASTY,
    "y": NASTY,
    "d": st.sampled_from([None, date(2026, 1, 1)]),
}


@st.composite
def frames(draw: Any) -> pl.DataFrame:
    """Random rows; some of them nasty from a place on, some sorted, some with a block sent twice."""
    rows = draw(st.lists(st.fixed_dictionaries(TAME_ROW), max_size=10))
    rows += draw(st.lists(st.fixed_dictionaries(NASTY_ROW), max_size=6))
    frame = pl.DataFrame(rows, schema=SCHEMA)
    order: Sequence[str] = draw(st.sampled_from([(), ("k", "t"), ("t", "k")]))
    if order:
        frame = frame.sort(order, nulls_last=draw(st.booleans()))
    if draw(st.booleans()):
        start = draw(st.integers(0, frame.height))
        frame = pl.concat([frame, frame[start : start + draw(st.integers(0, 4))]])
    return frame


@cache
def contract() -> Contract:
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "contracts").mkdir()
        (Path(folder) / "contracts" / "all.yaml").write_text(POLICY)
        return peakguard.load(folder).contract("all")


def source_of(
    frame: pl.DataFrame, cuts: Sequence[int], *, is_text: bool = False, engine: EngineType | None = None
) -> Source:
    """The frame in batches; with an `engine`, of what a query makes of it, as from a file."""

    def pieces(chosen: pl.DataFrame) -> Iterator[pl.DataFrame]:
        start = 0
        for size in cuts:
            yield chosen[start : start + size]
            start += size
        yield chosen[start:]

    def query(_: int, made: Callable[[pl.LazyFrame], pl.LazyFrame]) -> Iterator[pl.DataFrame]:
        assert engine is not None
        return pieces(made(frame.lazy()).collect(engine=engine))

    def read(columns: Sequence[str]) -> Iterator[pl.DataFrame]:
        return pieces(frame.select(columns))

    return Source(frame.schema, read, is_text, query=query if engine is not None else None)


def as_a_whole(frame: pl.DataFrame, *, is_text: bool = False) -> Verdict:
    plan = contract()._plan
    evidence = gather(Prepared(plan), frame, is_text=is_text, examples=2, today="2026-01-01")
    return verdict_of(plan, evidence, NOW)


def in_batches(
    frame: pl.DataFrame, cuts: Sequence[int], *, is_text: bool = False, engine: EngineType | None = None
) -> Verdict:
    source = source_of(frame, cuts, is_text=is_text, engine=engine)
    evidence = streaming.gather(contract()._plan, source, examples=2, today="2026-01-01")
    return verdict_of(contract()._plan, evidence, NOW)


def assert_alike(found: Verdict, expected: Verdict) -> None:
    for mine, theirs in zip(found.rules, expected.rules, strict=True):
        assert mine == theirs
    assert found == expected


ENGINES: st.SearchStrategy[EngineType | None] = st.sampled_from([None, "in-memory", "streaming"])
CUTS = st.lists(st.integers(0, 5), max_size=8)


@given(frame=frames(), cuts=CUTS, engine=ENGINES)
@settings(max_examples=40 * SCALE, deadline=None)
def test_batches_give_the_verdict_of_the_whole(frame: pl.DataFrame, cuts: list[int], engine: EngineType | None) -> None:
    assert_alike(in_batches(frame, cuts, engine=engine), as_a_whole(frame))


@given(frame=frames(), cuts=CUTS, engine=ENGINES)
@settings(max_examples=20 * SCALE, deadline=None)
def test_so_do_groups_in_many_pieces_and_keys_in_no_order(
    frame: pl.DataFrame, cuts: list[int], engine: EngineType | None
) -> None:
    """The general paths, which small batches would not take by themselves."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(groups, "FEW_RUNS", 1)
        patch.setattr(keys, "MAX_CANDIDATES", 1)
        assert_alike(in_batches(frame, cuts, engine=engine), as_a_whole(frame))


@given(frame=frames(), cuts=CUTS)
@settings(max_examples=20 * SCALE, deadline=None)
def test_so_does_text(frame: pl.DataFrame, cuts: list[int]) -> None:
    text = frame.with_columns(
        pl.col("t").dt.strftime("%d.%m.%Y %H:%M:%S"),
        pl.when(pl.col("n") == 7).then(pl.lit("seven")).otherwise(pl.col("n").cast(pl.String)).alias("n"),
        pl.col("x", "y", "d").cast(pl.String),
    )
    assert_alike(in_batches(text, cuts, is_text=True), as_a_whole(text, is_text=True))


@given(frame=frames(), cuts=CUTS, lost=st.sets(st.sampled_from(sorted(SCHEMA)), max_size=3))
@settings(max_examples=20 * SCALE, deadline=None)
def test_so_do_data_with_columns_missing_or_of_a_wrong_type(
    frame: pl.DataFrame, cuts: list[int], lost: set[str]
) -> None:
    changed = frame.drop(lost).with_columns(extra=pl.lit(1))
    assert_alike(in_batches(changed, cuts), as_a_whole(changed))
    wrong = frame.with_columns(pl.lit(1, pl.Int8).alias(name) for name in lost)
    assert_alike(in_batches(wrong, cuts), as_a_whole(wrong))


def test_the_first_date_of_all_says_how_dates_are_written() -> None:
    written = ["", "01.01.2026 01:00:00", "01.01.2026 02:00:00", "2026-01-01 03:00:00", "01.01.2026 04:00:00"]
    text = pl.DataFrame({name: [None] * 5 for name in SCHEMA}, schema=dict.fromkeys(SCHEMA, pl.String))
    text = text.with_columns(pl.Series("t", written))
    whole = as_a_whole(text, is_text=True)
    assert [tuple(rule.violation.rows) for rule in whole.rules if rule.id == "columns.t.type" and rule.violation] == [
        (0, 3)
    ]
    assert_alike(in_batches(text, [1, 2], is_text=True), whole)


def test_a_nan_raises_nothing() -> None:
    frame = pl.DataFrame({"y": [2.5, math.nan, 2.5]}).with_columns(
        pl.lit(None, dtype).alias(name) for name, dtype in SCHEMA.items() if name != "y"
    )
    assert_alike(in_batches(frame, [2]), as_a_whole(frame))


@pytest.mark.parametrize("last", [[123, 124], [124, 123], [None, 123], [125, 124]])
@pytest.mark.parametrize("is_grouped", [True, False])
def test_no_digit_of_a_time_is_lost_between_batches(tmp_path: Path, last: list[int | None], is_grouped: bool) -> None:
    key = "[k, t]" if is_grouped else "[t]"
    (tmp_path / "contracts").mkdir()
    (tmp_path / "contracts" / "fine.yaml").write_text(
        "peakguard: 1\nkind: contract\nname: fine\nversion: 1.0.0\n"
        f"columns:\n  k: {{type: string}}\n  t: {{type: 'datetime[ns, UTC]'}}\nkey: {key}\n"
    )
    plan = peakguard.load(tmp_path).contract("fine")._plan
    times = [100, 123, *last]
    nanoseconds = [None if time is None else 1_700_000_000_000_000_000 + time for time in times]
    frame = pl.DataFrame({"k": ["a"] * 4, "t": pl.Series(nanoseconds).cast(pl.Datetime("ns", "UTC"))})
    found = streaming.gather(plan, source_of(frame, [2]), examples=2, today="2026-01-01").counted["key"]
    assert list(found.against) == [row for row, time in enumerate(times) if times.count(time) > 1]
