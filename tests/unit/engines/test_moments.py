"""Times that Python has no value for are judged and shown like any other."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import peakguard
from peakguard.engines.polars import files
from peakguard.engines.polars.examples import cell
from peakguard.engines.polars.moments import newest_of

FAR = 2**62
LAST = datetime(9999, 12, 31, tzinfo=UTC)
POLICY = """\
peakguard: 1
kind: contract
name: far
version: 1.0.0
columns:
  symbol: {type: string}
  time: {type: 'datetime[us, UTC]', lt: 2027-01-01}
  day: {type: date, le: 2027-01-01}
  held: {type: 'duration[ms]', nullable: true}
  price: {type: float64, gt: 0}
key: [symbol, time]
order: {by: time, within: [symbol], strict: true}
cadence: {every: 1h, column: time, within: [symbol], max_gap: 0}
freshness: {column: time, max_age: 1d}
rules:
  by_day: {dataset: 'count() < 2', within: [day]}
  rises: {expr: 'price >= prev(price)', within: [day], on_null: pass}
"""


def frame() -> pl.DataFrame:
    times = [datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 1, 1, tzinfo=UTC)]
    known = pl.DataFrame({"time": times}, schema={"time": pl.Datetime("us", "UTC")})["time"].to_physical()
    return pl.DataFrame(
        {
            "symbol": ["A", "A", "A", "B", "B"],
            "time": pl.Series([*known, FAR, -FAR, -FAR]).cast(pl.Datetime("us", "UTC")),
            "day": pl.Series([0, 1, 2**31 - 1, 2**31 - 1, -(2**31)], dtype=pl.Int32).cast(pl.Date),
            "held": pl.Series([2**63 - 1, None, 5, -FAR, 1]).cast(pl.Duration("ms")),
            "price": [1.0, -1.0, -1.0, 2.0, -2.0],
        }
    )


@pytest.mark.parametrize("form", ["frame", "whole file", "batches"])
def test_far_times_break_nothing_but_the_rules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, form: str) -> None:
    (tmp_path / "contracts").mkdir()
    (tmp_path / "contracts" / "far.yaml").write_text(POLICY)
    contract = peakguard.load(tmp_path).contract("far")
    if form == "frame":
        verdict = contract.inspect(frame())
    else:
        frame().write_parquet(tmp_path / "far.parquet")
        monkeypatch.setattr(files, "SMALL_FILES", 0 if form == "batches" else 2**20)
        verdict = contract.inspect_file(tmp_path / "far.parquet")
    found = {rule.id: tuple(rule.violation.rows) for rule in verdict.rules if rule.violation is not None}
    assert found["columns.time.lt"] == (2, 3, 4)
    assert found["columns.day.le"] == (2, 3)
    assert found["columns.price.gt"] == (1, 2, 4)
    assert found["key"] == (3, 4)
    assert found["order"] == (4,)
    assert {2, 4} <= set(found["cadence"])
    shown = next(rule.violation for rule in verdict.rules if rule.violation is not None and rule.id == "key")
    assert shown.examples[0].key == {"symbol": "B", "time": f"{-FAR} us since 1970"}


@pytest.mark.parametrize(
    ("ticks", "kind", "told"),
    [
        (FAR, pl.Datetime("us"), f"{FAR} us since 1970"),
        (2**31 - 1, pl.Date(), f"{2**31 - 1} days since 1970"),
        (2**63 - 1, pl.Duration("ms"), f"{2**63 - 1} ms"),
        (1_700_000_000_000_000_123, pl.Datetime("ns", "UTC"), "2023-11-14T22:13:20.000000123+00:00"),
        (1_700_000_000_000_000_000, pl.Datetime("ns", "UTC"), "2023-11-14T22:13:20+00:00"),
        (0, pl.Date(), "1970-01-01"),
        (None, pl.Date(), None),
    ],
)
def test_a_time_is_shown_with_all_its_digits(ticks: int | None, kind: Any, told: str | None) -> None:
    is_day = isinstance(kind, pl.Date)
    assert cell(pl.Series([ticks], dtype=pl.Int32 if is_day else pl.Int64).cast(kind), 0) == told


def test_the_newest_is_at_most_the_last_that_python_knows() -> None:
    times = pl.Series([0, FAR])
    assert newest_of(times.cast(pl.Datetime("us"))) == LAST.replace(tzinfo=None)
    assert newest_of(times.cast(pl.Datetime("us", "UTC"))) == LAST
    assert newest_of(times.head(1).cast(pl.Datetime("us", "UTC"))) == datetime(1970, 1, 1, tzinfo=UTC)
    assert newest_of(pl.Series([2**31 - 1], dtype=pl.Int32).cast(pl.Date)) == date.max
    assert newest_of(pl.Series([None], dtype=pl.Date)) is None


def test_a_far_time_inside_a_list_or_a_record_is_shown() -> None:
    times = pl.Series([FAR, None, 0]).cast(pl.Datetime("us", "UTC"))
    told = [f"{FAR} us since 1970", None, "1970-01-01T00:00:00+00:00"]
    frame = pl.DataFrame({"list": [times], "row": [1]}).with_columns(record=pl.struct(pl.col("list"), inner="row"))
    assert cell(frame["list"], 0) == told
    assert cell(frame["record"], 0) == {"list": told, "inner": 1}
    assert cell(pl.Series([[], None], dtype=pl.List(pl.Date)), 0) == []
    assert cell(pl.Series([[], None], dtype=pl.List(pl.Date)), 1) is None


def test_a_step_whose_time_python_does_not_know_is_odd(tmp_path: Path) -> None:
    (tmp_path / "policies").mkdir()
    (tmp_path / "policies" / "far.yaml").write_text(
        "peakguard: 1\nkind: invariants\nname: far\nversion: 1.0.0\n"
        "state: {time: 'datetime[us, UTC]', day: date, held: 'duration[ms]', cash: float64}\n"
        "invariants:\n  rich: {expr: cash > 1}\n  moves: {expr: time > prev(time), on_null: pass}\n"
    )
    invariants = peakguard.load(tmp_path).invariants("far")
    sound = {"time": [0, 1, 2], "day": [0, 1, 2], "held": [5, 5, 5], "cash": [2.0, 0.5, 2.0]}
    kinds = {"time": pl.Datetime("us", "UTC"), "day": pl.Date(), "held": pl.Duration("ms")}

    def broken(**changes: list[int]) -> set[str]:
        values = {**sound, **changes}
        whole = pl.DataFrame(values, schema_overrides={"day": pl.Int32})
        verified = invariants.verify(whole.with_columns(pl.col(name).cast(kind) for name, kind in kinds.items()))
        return {breach.id for breach in verified.breaches}

    assert broken() == {"invariants.rich"}
    for name, far in {"time": FAR, "day": 2**31 - 1, "held": 2**63 - 1}.items():
        assert broken(**{name: [0, 1, far]}) == {"invariants.rich", f"state.{name}"}
        assert broken(**{name: [-far, 0, 1]}) == {"invariants.rich", f"state.{name}"}
