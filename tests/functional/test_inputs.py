"""Whatever form data come in, the verdict is the same; what cannot be read is one error that names file and place."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import peakguard
from peakguard.engines.polars import batches, engine, files, keys, spill, spool
from peakguard.kinds.contract.runtime import Contract
from peakguard.runtime.violation import Verdict

POLICY = """\
peakguard: 1
kind: contract
name: bars
version: 1.0.0
columns:
  symbol: {type: string, matches: '[A-Z]+'}
  time: {type: 'datetime[us]'}
  close: {type: float64, gt: 0}
key: [symbol, time]
order: {by: time, within: [symbol], strict: true}
rules:
  no_jump: {expr: abs(close / prev(close) - 1) <= 0.5, within: [symbol], on_null: pass}
"""


@pytest.fixture(scope="module")
def contract() -> Contract:
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "contracts").mkdir()
        (Path(folder) / "contracts" / "bars.yaml").write_text(POLICY)
        return peakguard.load(folder).contract("bars")


@pytest.fixture(autouse=True)
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    """All data here are larger than a batch, and nothing is small enough to be read as a whole."""
    monkeypatch.setattr(batches, "rows_per_batch", lambda _: 1000)
    for module in (files, batches):
        monkeypatch.setattr(module, "rows_per_batch", lambda _: 1000, raising=False)
    monkeypatch.setattr(files, "SMALL_FILES", 0)
    monkeypatch.setattr(engine, "LARGE", 100)
    monkeypatch.setattr(spool, "SMALL", 100)


def bars(symbols: int = 3, rows: int = 1500) -> pl.DataFrame:
    start = datetime(2026, 1, 1)  # noqa: DTZ001 # the contract asks for naive times
    parts = [
        pl.DataFrame(
            {
                "symbol": [chr(65 + number)] * rows,
                "time": [start + timedelta(hours=hour) for hour in range(rows)],
                "close": [100.0 + hour % 7 for hour in range(rows)],
            },
            schema_overrides={"time": pl.Datetime("us")},
        )
        for number in range(symbols)
    ]
    return pl.concat(parts)


def broken() -> pl.DataFrame:
    frame = bars()
    row = pl.int_range(pl.len())
    return frame.with_columns(
        pl.when(row == 1200).then(-1.0).otherwise("close").alias("close"),
        pl.when(row == 2100).then(pl.col("time").shift(1)).otherwise("time").alias("time"),
        pl.when(row == 4000).then(pl.lit("c")).otherwise("symbol").alias("symbol"),
    )


def against(verdict: Verdict) -> dict[str, tuple[int, ...]]:
    return {each.rule: tuple(each.rows) for each in verdict.violations}


EXPECTED = {
    "key": (2099, 2100),
    "order": (2100,),
    "columns.symbol.matches": (4000,),
    "columns.close.gt": (1200,),
    "rules.no_jump": (1200, 1201),
}


class Stream:
    """Nothing but the Arrow C stream interface."""

    def __init__(self, frame: pl.DataFrame) -> None:
        self._table = frame.to_arrow()

    def __arrow_c_stream__(self, requested_schema: Any = None) -> Any:
        return self._table.__arrow_c_stream__(requested_schema)


FRAMES: dict[str, Callable[[pl.DataFrame], Any]] = {
    "polars": lambda frame: frame,
    "lazy": lambda frame: frame.lazy(),
    "pandas": lambda frame: frame.to_pandas(),
    "pandas with an index": lambda frame: frame.to_pandas().set_index(["symbol", "time"]),
    "arrow": lambda frame: frame.to_arrow(),
    "reader": lambda frame: pa.RecordBatchReader.from_batches(
        frame.to_arrow().schema, frame.to_arrow().to_batches(max_chunksize=700)
    ),
    "stream": Stream,
}
FILES: dict[str, Callable[[pl.DataFrame, Path], None]] = {
    "bars.parquet": lambda frame, path: frame.write_parquet(path, row_group_size=1300),
    "bars.csv": lambda frame, path: frame.write_csv(path),
    "bars.tsv": lambda frame, path: frame.write_csv(path, separator="\t"),
    "bars.arrow": lambda frame, path: frame.write_ipc(path),
    "bars.feather": lambda frame, path: frame.write_ipc(path),
}


@pytest.mark.parametrize("form", FRAMES)
def test_every_kind_of_frame(contract: Contract, form: str) -> None:
    assert against(contract.inspect(FRAMES[form](broken()))) == EXPECTED
    assert contract.inspect(FRAMES[form](bars())).violations == ()
    contract.validate(FRAMES[form](bars()))


@pytest.mark.parametrize("name", FILES)
def test_every_kind_of_file(contract: Contract, tmp_path: Path, name: str) -> None:
    FILES[name](broken(), tmp_path / name)
    assert against(contract.inspect_file(tmp_path / name)) == EXPECTED


def test_json_lines(tmp_path: Path) -> None:
    """JSON has no times: a contract that reads them says how."""
    (tmp_path / "contracts").mkdir()
    (tmp_path / "contracts" / "bars.yaml").write_text(
        POLICY.replace("{type: 'datetime[us]'}", "{type: 'datetime[us]', parse: '%Y-%m-%d %H:%M:%S'}")
    )
    broken().with_columns(pl.col("time").dt.strftime("%Y-%m-%d %H:%M:%S")).write_ndjson(tmp_path / "bars.ndjson")
    contract = peakguard.load(tmp_path).contract("bars")
    assert against(contract.inspect_file(tmp_path / "bars.ndjson")) == EXPECTED


def test_many_files_are_one_table(contract: Contract, tmp_path: Path) -> None:
    frame = broken()
    for number in range(90):
        frame[number * 50 : number * 50 + 50].write_parquet(tmp_path / f"{number:02d}.parquet")
    assert against(contract.inspect_file(tmp_path)) == EXPECTED
    assert against(contract.inspect_file(f"{tmp_path}/*.parquet")) == EXPECTED


def test_a_folder_name_may_hold_a_column(contract: Contract, tmp_path: Path) -> None:
    for (symbol,), part in broken().partition_by("symbol", as_dict=True, include_key=False).items():
        (tmp_path / f"symbol={symbol}").mkdir()
        part.write_parquet(tmp_path / f"symbol={symbol}" / "0.parquet")
    verdict = contract.inspect_file(tmp_path)
    assert verdict.rows == 4500
    assert set(against(verdict)) == set(EXPECTED)


def test_one_row_group_of_everything(contract: Contract, tmp_path: Path) -> None:
    broken().write_parquet(tmp_path / "bars.parquet", row_group_size=10**6)
    assert against(contract.inspect_file(tmp_path / "bars.parquet")) == EXPECTED


def test_interleaved_symbols(contract: Contract) -> None:
    frame = bars().sort("time", "symbol")
    assert contract.inspect(frame).violations == ()
    doubled = pl.concat([frame, frame[2000:2005]])
    assert against(contract.inspect(doubled))["key"] == (*range(2000, 2005), *range(4500, 4505))


@pytest.mark.parametrize("limit", [10**6, 10], ids=["sorted", "spilled"])
def test_a_block_sent_twice_is_found_whole(contract: Contract, monkeypatch: pytest.MonkeyPatch, limit: int) -> None:
    """It rises within itself, over whole batches: only what was greatest before it tells."""
    monkeypatch.setattr(keys, "MAX_CANDIDATES", limit)
    monkeypatch.setattr(spill, "ROWS_PER_PART", 1000)
    frame = bars(1, 9000)
    resent = pl.concat([frame[:6000], frame[1000:5000], frame[6000:]])
    found = against(contract.inspect(resent))
    assert found["key"] == (*range(1000, 5000), *range(6000, 10_000))
    assert found["order"] == (6000,)


def test_a_symbol_may_open_again(contract: Contract) -> None:
    frame = bars(2, 4000)
    again = pl.concat([frame[:2500], frame[4000:], frame[2500:4000]])
    assert contract.inspect(again).violations == ()


def test_missing_keys_are_alike(contract: Contract) -> None:
    frame = bars().with_columns(
        pl.when(pl.int_range(pl.len()).is_in([5, 1499, 3000])).then(None).otherwise("time").alias("time")
    )
    assert against(contract.inspect(frame))["key"] == (5, 1499)


def test_a_failure_in_every_row(contract: Contract) -> None:
    verdict = contract.inspect(bars().with_columns(close=-pl.col("close")))
    assert against(verdict)["columns.close.gt"] == tuple(range(4500))


def test_no_rows(contract: Contract, tmp_path: Path) -> None:
    bars().clear().write_parquet(tmp_path / "none.parquet")
    verdict = contract.inspect_file(tmp_path / "none.parquet")
    assert (verdict.rows, verdict.violations) == (0, ())
    assert {rule.state for rule in verdict.rules} == {"run"}


def test_nothing_is_left_on_disk(contract: Contract, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(keys, "MAX_CANDIDATES", 10)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    contract.inspect(bars().sample(fraction=1.0, shuffle=True, seed=1).lazy())
    assert os.listdir(tmp_path) == []


def test_columns_are_judged_before_any_row_is_read(contract: Contract) -> None:
    def read(_: Any) -> Iterator[pl.DataFrame]:
        raise AssertionError

    schema = pl.Schema({"symbol": pl.String(), "time": pl.Int64(), "other": pl.Int64()})
    settled = batches.Batches(batches.Source(schema, read, is_text=False), contract._plan).settled
    assert [fault.id for fault in settled.faults] == ["columns.time.type", "columns.close.required"]
    assert [series.name for series in settled.extra] == ["other"]


def test_pandas_index_is_not_taken_unasked(contract: Contract) -> None:
    frame = bars().to_pandas()
    frame.index = pd.RangeIndex(len(frame), name="position")
    assert contract.inspect(frame).violations == ()


def test_pieces_of_one_symbol_within_a_batch_follow_each_other(contract: Contract) -> None:
    """Few long pieces look like whole groups; the second piece of a symbol follows its first, not nothing."""
    frame = bars(2, 400)
    pieces = pl.concat([frame[:300], frame[400:], frame[300:400]])
    stale = pieces.with_columns(
        pl.when(pl.int_range(pl.len()) == 700).then(pl.col("time") - timedelta(hours=9)).otherwise("time").alias("time")
    )
    assert contract.inspect(pieces).violations == ()
    assert against(contract.inspect(stale))["order"] == (700,)


@pytest.mark.parametrize("form", ["parquet", "csv", "ndjson", "arrow"])
def test_progress_is_told_within_a_file(contract: Contract, tmp_path: Path, form: str) -> None:
    data, path = bars(), tmp_path / f"bars.{form}"
    writers: dict[str, Callable[..., Any]] = {
        "parquet": pl.DataFrame.write_parquet,
        "csv": pl.DataFrame.write_csv,
        "ndjson": pl.DataFrame.write_ndjson,
        "arrow": pl.DataFrame.write_ipc,
    }
    writers[form](data, path)
    told: list[tuple[int, int]] = []
    contract.inspect_file(path, on_progress=lambda done, total: told.append((done, total)))
    assert len(told) > 2
    assert {total for _, total in told} == {data.height}
    assert [done for done, _ in told] == sorted({done for done, _ in told})
    assert told[-1][0] == data.height
