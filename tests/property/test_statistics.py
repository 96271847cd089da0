"""What the statistics of a Parquet file prove is what reading it finds; what they leave open is read."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import peakguard
from peakguard.engines.polars import streaming
from peakguard.engines.polars.files import source_of
from peakguard.kinds.contract.outcome import verdict_of
from peakguard.runtime.violation import Verdict

POLICY = """\
peakguard: 1
kind: contract
name: told
version: 1.0.0
columns:
  n: {type: int64, gt: 0, le: 9}
  m: {type: int64, nullable: true, multiple_of: 3, not_in: [6]}
  s: {type: string, values: [a, b], matches: '[a-c]'}
  d: {type: date, ge: 2026-01-02, nullable: true}
  t: {type: 'datetime[us, UTC]', lt: 2026-01-05}
  z: {type: 'datetime[us, Europe/Berlin]', lt: 2026-01-05}
  b: {type: bool, nullable: true}
  c: {type: 'decimal(10, 2)', ge: 1}
  x: {type: float64, gt: 0}
  y: {type: int64, ge: 0}
  w: {type: float64, gt: 0}
rules: {with_x: {expr: y < x + 9}}
"""
DAYS = [date(2026, 1, 1) + timedelta(days=days) for days in range(6)]
SCHEMA: dict[str, Any] = {
    "n": pl.Int64,
    "m": pl.Int64,
    "s": pl.String,
    "d": pl.Date,
    "t": pl.Datetime("us", "UTC"),
    "z": pl.Datetime("us", "Europe/Berlin"),
    "b": pl.Boolean,
    "c": pl.Decimal(10, 2),
    "x": pl.Float64,
    "y": pl.Int64,
    "w": pl.Float64,
}
VALUES: dict[str, list[Any]] = {
    "n": [1, 5, 9, 0, 10, None],
    "m": [3, 9, None, 6, 4],
    "s": ["a", "b", "c", "d", None],
    "d": [*DAYS, None],
    "t": [*DAYS, None],
    "z": DAYS,
    "b": [True, False, None],
    "c": [Decimal("1.00"), Decimal("7.50"), Decimal("0.99"), None],
    "x": [1.0, 0.0, float("nan"), None],
    "y": [0, 3, -1, None],
    "w": [1.0, 0.0, float("nan"), None],
}


@cache
def plans() -> tuple[dict[str, Any], dict[str, Any]]:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        (root / "contracts").mkdir()
        (root / "contracts" / "told.yaml").write_text(POLICY)
        (root / "contracts" / "trusting.yaml").write_text(
            POLICY.replace("name: told", "name: trusting") + "trust_statistics: true\n"
        )
        policies = peakguard.load(root)
    return tuple(policies.contract(name)._plan for name in ("told", "trusting"))  # type: ignore[return-value] # two


def judged(plan: dict[str, Any], path: Path) -> Verdict:
    evidence = streaming.gather(plan, source_of(str(path)), examples=3, today="2026-01-01")
    return verdict_of(plan, evidence, datetime(2026, 1, 1, tzinfo=UTC))


@st.composite
def frames(draw: st.DrawFn) -> pl.DataFrame:
    rows = draw(st.integers(1, 9))
    columns = {}
    for name, values in VALUES.items():
        few = draw(st.lists(st.sampled_from(values), min_size=1, max_size=2))
        columns[name] = draw(st.lists(st.sampled_from(few), min_size=rows, max_size=rows))
    return pl.DataFrame({name: pl.Series(columns[name], dtype=SCHEMA[name], strict=False) for name in SCHEMA})


@settings(max_examples=60, deadline=None)
@given(frames(), st.integers(1, 4), st.booleans())
def test_trust_changes_no_count(frame: pl.DataFrame, group: int, by_arrow: bool) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "data.parquet"
        if by_arrow:
            pq.write_table(frame.to_arrow(), path, row_group_size=group)
        else:
            frame.write_parquet(path, row_group_size=group)
        read, trusted = (judged(plan, path) for plan in plans())
    assert [each._replace(by_statistics=False) for each in trusted.rules] == list(read.rules)
    assert not any(each.by_statistics and each.violation for each in trusted.rules)
    by_statistics = {each.id.split(".")[1] for each in trusted.rules if each.by_statistics}
    assert by_statistics <= set("nmsdtbc")
    assert not any(each.by_statistics for each in read.rules)


@pytest.mark.parametrize("by_arrow", [True, False])
def test_a_column_that_is_proven_is_not_read(tmp_path: Path, by_arrow: bool) -> None:
    first = {name: values[0] for name, values in VALUES.items()} | {"d": DAYS[2]}
    frame = pl.DataFrame({name: pl.Series([first[name]] * 6, dtype=SCHEMA[name], strict=False) for name in SCHEMA})
    path = tmp_path / "data.parquet"
    if by_arrow:
        pq.write_table(frame.to_arrow(), path, row_group_size=2)
    else:
        frame.write_parquet(path, row_group_size=2)
    source = source_of(str(path))
    asked: list[list[str]] = []

    def read(columns: Sequence[str]) -> Iterator[pl.DataFrame]:
        asked.append(list(columns))
        return source.read(columns)

    streaming.gather(plans()[1], source._replace(read=read, query=None), examples=3, today="2026-01-01")
    assert asked == [["z", "x", "y", "w"]]


def test_statistics_that_a_file_lacks_prove_nothing(tmp_path: Path) -> None:
    path = tmp_path / "data.parquet"
    first = {name: values[0] for name, values in VALUES.items()} | {"d": DAYS[2]}
    frame = pl.DataFrame({name: pl.Series([first[name]] * 6, dtype=SCHEMA[name], strict=False) for name in SCHEMA})
    pq.write_table(frame.to_arrow(), path, write_statistics=False)
    assert not any(each.by_statistics for each in judged(plans()[1], path).rules)
