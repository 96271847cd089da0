"""What a cache costs beside plain Parquet files, joblib and diskcache: `python -m tests.benchmarks.cache`.

Frames of pandas: bars of 7 columns. `again` is a second read of the same file. Plain is `pyarrow.parquet` with no sync
and no look at what is read; joblib and diskcache keep pickles, which are not verified. Rounds are interleaved; ratios
to plain are medians of paired rounds.
"""

from __future__ import annotations

import os
import statistics
import tempfile
import time
from collections.abc import Callable, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

import peakguard

SIZES = {"5,000 rows": (5_000, 40), "1,000,000 rows": (1_000_000, 7)}
POLICY = """peakguard: 1
kind: cache
name: caches
version: 1.0.0
policies:
  full: {max_size: 8GiB, durability: full, verify: always}
  rename: {max_size: 8GiB, durability: rename, verify: first_open}
"""
Call = Callable[[], Any]


def bars(rows: int) -> pd.DataFrame:
    """Random bars."""
    rng = np.random.default_rng(7)
    prices = {name: rng.normal(100, 1, rows) for name in ("open", "high", "low", "close", "vwap")}
    index = pd.date_range("2020-01-01", periods=rows, freq="s", tz="UTC", name="time")
    return pd.DataFrame({**prices, "volume": rng.integers(0, 1000, rows)}, index=index)


def ways(folder: str, frame: pd.DataFrame) -> Mapping[str, tuple[Call, Call]]:
    """Each way to keep the frame, and to read it."""
    root = Path(folder)
    (root / "policies").mkdir()
    (root / "policies" / "caches.yaml").write_text(POLICY)
    policies = peakguard.load(root)
    plain = os.path.join(folder, "plain.parquet")
    found: dict[str, tuple[Call, Call]] = {
        "plain": (
            lambda: pq.write_table(pa.Table.from_pandas(frame), plain, compression="zstd"),
            lambda: pq.read_table(plain).to_pandas(),
        )
    }
    for name in ("rename", "full"):
        cache = policies.cache(name)
        found[f"peakguard, {name}"] = (lambda cache=cache: cache.put("a", frame), lambda cache=cache: cache.get("a"))  # type: ignore[misc] # bound now
    return found | _peers(folder, frame)


def _peers(folder: str, frame: pd.DataFrame) -> dict[str, tuple[Call, Call]]:
    """Those that are installed: `pip install -r tests/benchmarks/requirements.txt`."""
    found: dict[str, tuple[Call, Call]] = {}
    try:
        joblib = import_module("joblib")
        kept = joblib.Memory(os.path.join(folder, "joblib"), verbose=0).cache(lambda _: frame)
        kept(0)
        found["joblib"] = (lambda: kept.call(0), lambda: kept(0))
    except ImportError:
        print("joblib is not installed")
    try:
        disk = import_module("diskcache").Cache(os.path.join(folder, "disk"), size_limit=1 << 33)
        found["diskcache"] = (lambda: disk.set("a", frame), lambda: disk.get("a"))
    except ImportError:
        print("diskcache is not installed")
    return found


def timed(call: Call) -> float:
    """Milliseconds."""
    start = time.perf_counter_ns()
    call()
    return (time.perf_counter_ns() - start) / 1e6


def main() -> None:
    """Print a table."""
    heads = "".join(f"{name + ', ms':>11} {'ratio':>6}" for name in ("put", "get", "again"))
    print(f"{'frame':16} {'kept as':20}{heads}")
    for name, (rows, rounds) in SIZES.items():
        frame = bars(rows)
        with tempfile.TemporaryDirectory() as folder:
            made = ways(folder, frame)
            taken: dict[str, list[tuple[float, ...]]] = {way: [] for way in made}
            for _ in range(rounds + 1):
                for way, (put, get) in made.items():
                    taken[way].append((timed(put), timed(get), timed(get)))
            for way, rounds_of in taken.items():
                row = "".join(_cell(rounds_of[1:], taken["plain"][1:], which) for which in range(3))
                print(f"{name:16} {way:20}{row}")


def _cell(taken: list[tuple[float, ...]], plain: list[tuple[float, ...]], which: int) -> str:
    ratio = statistics.median(a[which] / b[which] for a, b in zip(taken, plain, strict=True))
    return f"{statistics.median(each[which] for each in taken):11.2f} {ratio:6.2f}"


if __name__ == "__main__":
    main()
