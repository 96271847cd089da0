"""A frame of 100 rows against the same counts written by hand: `python -m tests.benchmarks.contracts.small`.

By hand: one query that counts, for each of the same rules, the rows that pass and those that are unknown.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl

import peakguard
from tests.benchmarks.contracts import data

ROUNDS = 400


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="peakguard-bench-") as folder:
        path = Path(folder) / "small.parquet"
        data.write(path, symbols=1, bars=100, dirty=False)
        frame = pl.read_parquet(path)
        (Path(folder) / "contracts").mkdir()
        (Path(folder) / "contracts" / "bars.yaml").write_text(data.CONTRACT)
        contract = peakguard.load(folder).contract("bars")
    counters = by_hand()
    runners: dict[str, Callable[[], Any]] = {
        "by hand": lambda: frame.lazy().select(counters).collect(engine="in-memory").row(0),
        "peakguard": lambda: contract.inspect(frame),
    }
    times: dict[str, list[float]] = {name: [] for name in runners}
    for _ in range(ROUNDS):
        for name, run in runners.items():
            start = time.perf_counter()
            run()
            times[name].append((time.perf_counter() - start) * 1e6)
    for name, taken in times.items():
        print(f"{name:12}{statistics.median(taken):8.0f} us (best {min(taken):.0f})")
    ratios = [mine / hand for mine, hand in zip(times["peakguard"], times["by hand"], strict=True)]
    print(f"ratio of pairs, median: {statistics.median(ratios):.2f}")


def by_hand() -> list[pl.Expr]:
    """Passed and unknown for each of the rules."""
    c = pl.col
    prices = ["open", "high", "low", "close"]
    rules = [
        ~pl.struct("symbol", "timestamp").is_duplicated(),
        (c("timestamp") > c("timestamp").shift(1).over("symbol")) | (pl.int_range(pl.len()) == 0).over("symbol"),
        c("symbol").is_not_null(),
        c("symbol").str.contains("^(?:[A-Z0-9]+)$"),
        c("timestamp").is_not_null(),
        *(c(name).is_not_null() for name in [*prices, "volume"]),
        *(c(name).is_finite() for name in [*prices, "volume"]),
        *(c(name) > 0 for name in prices),
        c("volume") >= 0,
        c("high") >= pl.max_horizontal("open", "close", "low"),
        c("low") <= pl.min_horizontal("open", "close", "high"),
        (c("close") / c("close").shift(1).over("symbol") - 1).abs() <= 0.5,
    ]
    passed = [rule.sum().alias(f"{number} passed") for number, rule in enumerate(rules)]
    return [*passed, *(rule.null_count().alias(f"{number} unknown") for number, rule in enumerate(rules))]


if __name__ == "__main__":
    main()
