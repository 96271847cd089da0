"""The lines of a file are bounded, and lose neither a peak nor a faulty row."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from peakguard.engines.polars.series import MOST_GROUPS, STRETCHES, series_of
from peakguard.runtime.errors import PeakguardError
from peakguard.runtime.series import Axis, Series

START = datetime(2026, 1, 1, tzinfo=UTC)
AXIS = Axis("time", (), is_time=True, every=60.0)
COLUMNS: list[dict[str, Any]] = [
    {"name": "symbol", "names": ["Symbol"], "type": "string", "values": None, "parse": None},
    {"name": "time", "names": ["Time"], "type": "datetime[us, UTC]", "values": None, "parse": "%Y-%m-%dT%H:%M:%S%z"},
    {"name": "price", "names": ["Price"], "type": "float64", "values": None, "parse": None},
]


def frame(prices: list[float | None], symbols: list[str] | None = None) -> pl.DataFrame:
    times = [START + timedelta(minutes=each) for each in range(len(prices))]
    schema: dict[str, Any] = {"Symbol": pl.String, "Time": pl.Datetime("us", "UTC"), "Price": pl.Float64}
    return pl.DataFrame({"Symbol": symbols or ["A"] * len(prices), "Time": times, "Price": prices}, schema=schema)


def lines(path: Path, axis: Axis = AXIS, **faults: list[int]) -> Series:
    found = series_of(str(path), COLUMNS, axis, ["price", "missing"], faults)
    assert found is not None
    return found


def written(data: pl.DataFrame, path: Path) -> Path:
    data.write_parquet(path)
    return path


@given(st.lists(st.none() | st.floats(allow_nan=True, allow_infinity=True), min_size=1, max_size=2000), st.data())
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_extremes_and_faulty_rows_survive(tmp_path: Path, prices: list[float | None], data: st.DataObject) -> None:
    bad = sorted(data.draw(st.sets(st.integers(0, len(prices) - 1))))
    (panel,) = lines(written(frame(prices), tmp_path / "a.parquet"), rule=bad).panels
    assert len(panel.stretches) <= STRETCHES
    assert (panel.rows, panel.unplaced) == (len(prices), 0)
    finite = [price for price in prices if price is not None and abs(price) < float("inf")]
    lows = [each.low["price"] for each in panel.stretches if each.low["price"] is not None]
    highs = [each.high["price"] for each in panel.stretches if each.high["price"] is not None]
    assert (min(lows, default=None), max(highs, default=None)) == (min(finite, default=None), max(finite, default=None))
    assert sum(mark.rows for mark in panel.marks) == len(bad)
    assert {mark.row for mark in panel.marks} <= set(bad)


@pytest.mark.parametrize("suffix", ["parquet", "csv", "arrow"])
def test_every_form_of_file_gives_the_same_lines(tmp_path: Path, suffix: str) -> None:
    data = frame([1.0, 5.0, 2.0, None])
    written(data, tmp_path / "a.parquet")
    writers: dict[str, Callable[[Path], Any]] = {
        "parquet": data.write_parquet,
        "csv": lambda path: data.write_csv(path, datetime_format="%Y-%m-%dT%H:%M:%S%z"),
        "arrow": data.write_ipc,
    }
    path = tmp_path / f"b.{suffix}"
    writers[suffix](path)
    assert lines(path, rule=[1]) == lines(tmp_path / "a.parquet", rule=[1])


def test_groups_with_faults_come_first_and_the_rest_is_counted(tmp_path: Path) -> None:
    symbols = [name for name in "ABCDEF" for _ in range(10)]
    path = written(frame([1.0] * 60, symbols), tmp_path / "a.parquet")
    found = lines(path, AXIS._replace(within=("symbol",)), rule=[41, 42, 11])
    assert [panel.group["symbol"] for panel in found.panels] == ["E", "B", "A", "C"]
    assert len(found.panels) == MOST_GROUPS
    assert found.more_groups == 2
    assert [len(panel.marks) for panel in found.panels] == [2, 1, 0, 0]


def test_a_gap_is_where_rows_are_missing_within_a_group(tmp_path: Path) -> None:
    data = frame([1.0] * 20, ["A", "B"] * 10).filter(~pl.int_range(pl.len()).is_in([8, 10]))
    path = written(data, tmp_path / "a.parquet")
    axis = AXIS._replace(within=("symbol",), every=120.0)
    late = data.with_row_index().filter(symbol_step(data))["index"].to_list()
    panels = {panel.group["symbol"]: panel for panel in lines(path, axis, cadence=late).panels}
    at = START.timestamp()
    assert [(gap.start - at, gap.end - at) for gap in panels["A"].gaps] == [(6 * 60, 12 * 60)]
    assert panels["B"].gaps == ()


def test_before_a_row_that_comes_too_early_nothing_is_missing(tmp_path: Path) -> None:
    early = pl.when(pl.col("Price") == 2).then(pl.col("Time") - timedelta(seconds=30)).otherwise("Time")
    data = frame([1.0, 2.0, 3.0]).with_columns(Time=early)
    (panel,) = lines(written(data, tmp_path / "a.parquet"), cadence=[1, 2]).panels
    assert [gap.row for gap in panel.gaps] == [2]


@pytest.mark.parametrize("wild", [float("nan"), float("inf"), float("-inf"), None])
def test_what_is_no_number_is_not_drawn(tmp_path: Path, wild: float | None) -> None:
    (panel,) = lines(written(frame([1.0, wild, 2.0]), tmp_path / "a.parquet")).panels
    assert [each.high["price"] for each in panel.stretches] == [1.0, None, 2.0]


def symbol_step(data: pl.DataFrame) -> pl.Series:
    """Rows that come later than two minutes after the one before them in their group."""
    step = pl.col("Time").diff().over("Symbol")
    return data.select((step > timedelta(minutes=2)).fill_null(value=False)).to_series()


def test_rows_without_a_time_are_counted_not_drawn(tmp_path: Path) -> None:
    data = frame([1.0, 2.0, 3.0]).with_columns(Time=pl.when(pl.col("Price") != 2).then("Time"))
    (panel,) = lines(written(data, tmp_path / "a.parquet"), rule=[1]).panels
    assert (panel.rows, panel.unplaced, panel.marks) == (3, 1, ())


def test_there_are_no_lines_where_there_is_no_axis_or_nothing_to_draw(tmp_path: Path) -> None:
    path = written(frame([1.0]).drop("Time"), tmp_path / "a.parquet")
    assert series_of(str(path), COLUMNS, AXIS, ["price"], {}) is None
    path = written(frame([1.0]), tmp_path / "b.parquet")
    assert series_of(str(path), COLUMNS, AXIS, ["missing"], {}) is None


def test_a_file_that_vanished_is_one_error(tmp_path: Path) -> None:
    with pytest.raises(PeakguardError) as caught:
        series_of(str(tmp_path / "gone.parquet"), COLUMNS, AXIS, ["price"], {})
    assert caught.value.code == "PG140"
