"""The file that the benchmark reads, and what is wrong with it, found by NumPy and not by any runner."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

COLUMNS = ("open", "high", "low", "close", "volume")
CONTRACT = """\
peakguard: 1
kind: contract
name: bars
version: 1.0.0
columns:
  symbol: {type: string, matches: '[A-Z0-9]+'}
  timestamp: {type: 'datetime[us, UTC]'}
  open: {type: float64, gt: 0}
  high: {type: float64, gt: 0}
  low: {type: float64, gt: 0}
  close: {type: float64, gt: 0}
  volume: {type: float64, ge: 0}
key: [symbol, timestamp]
order: {by: timestamp, within: [symbol], strict: true}
rules:
  high_is_highest: {expr: 'high >= max(open, close, low)'}
  low_is_lowest: {expr: 'low <= min(open, close, high)'}
  no_jump: {expr: abs(close / prev(close) - 1) <= 0.5, within: [symbol], on_null: pass}
"""

Table = dict[str, Any]


def write(path: Path, *, symbols: int, bars: int, dirty: bool, layout: str = "contiguous") -> None:
    """Bars of random walks, a row group for each symbol; beside the file its truth: the rows against each rule."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    random = np.random.default_rng(7)
    tables = [_walk(random, bars) for _ in range(symbols)]
    if dirty:
        for table in tables:
            _break(random, table)
    names = np.array([f"SYM{number:03d}" for number in range(symbols)])
    truth: dict[str, list[int]] = {}
    for number, table in enumerate(tables):
        for rule, rows in _truth(table).items():
            places = rows + number * bars if layout == "contiguous" else rows * symbols + number
            truth.setdefault(rule, []).extend(places.tolist())
    path.with_suffix(".json").write_text(json.dumps({rule: sorted(rows) for rule, rows in truth.items()}))
    parts = [{"symbol": np.repeat(names[n : n + 1], bars), **table} for n, table in enumerate(tables)]
    if layout == "interleaved":
        whole = {name: np.stack([part[name] for part in parts], axis=1).ravel() for name in parts[0]}
        parts = [
            {name: values[at : at + bars] for name, values in whole.items()} for at in range(0, bars * symbols, bars)
        ]
    types = [("symbol", pa.string()), ("timestamp", pa.timestamp("us", "UTC")), *((c, pa.float64()) for c in COLUMNS)]
    schema = pa.schema(types)
    with pq.ParquetWriter(path, schema, compression="zstd") as writer:
        for part in parts:
            writer.write_table(pa.table(part).cast(schema), row_group_size=bars)


def _walk(random: np.random.Generator, bars: int) -> Table:
    close = 100 * np.exp(np.cumsum(random.normal(0, 1e-3, bars)))
    opened = np.concatenate([[100.0], close[:-1]])
    return {
        "timestamp": np.datetime64("2010-01-01", "us") + np.arange(bars) * np.timedelta64(3600 * 10**6, "us"),
        "open": opened,
        "high": np.maximum(opened, close) * (1 + random.random(bars) * 1e-3),
        "low": np.minimum(opened, close) * (1 - random.random(bars) * 1e-3),
        "close": close,
        "volume": random.random(bars) * 1e6,
    }


def _break(random: np.random.Generator, table: Table) -> None:
    bars = len(table["close"])
    places = random.permutation(bars // 4)[: bars // 1000 + 7] * 4 + 1
    bad = np.array_split(places, 7)
    table["volume"][bad[0]] = -1.0
    table["high"][bad[1]] = table["low"][bad[1]] * 0.9
    table["low"][bad[2]] = table["high"][bad[2]] * 1.1
    table["volume"][bad[3]] = np.nan
    table["close"][bad[4]] *= 3
    table["timestamp"][bad[5] + 1] = table["timestamp"][bad[5]]
    table["timestamp"][bad[6]] -= np.timedelta64(90 * 60 * 10**6, "us")


def _truth(table: Table) -> dict[str, Any]:
    opened, high, low, close, volume = (table[name] for name in COLUMNS)
    times = table["timestamp"]
    _, inverse, counts = np.unique(times, return_inverse=True, return_counts=True)
    with np.errstate(invalid="ignore"):
        against = {
            "columns.volume.ge": volume < 0,
            "columns.volume.finite": np.isnan(volume),
            "rules.high_is_highest": ~(high >= np.maximum(np.maximum(opened, close), low)),
            "rules.low_is_lowest": ~(low <= np.minimum(np.minimum(opened, close), high)),
            "rules.no_jump": np.concatenate([[False], np.abs(close[1:] / close[:-1] - 1) > 0.5]),
            "order": np.concatenate([[False], times[1:] <= times[:-1]]),
            "key": counts[inverse] > 1,
        }
    return {rule: np.flatnonzero(mask) for rule, mask in against.items()}
