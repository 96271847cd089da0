"""A frame of 100 rows against the same counts written by hand: `python -m tests.benchmarks.contracts.small [--peers]`.

By hand: one query that counts, for each of the same rules, the rows that pass and those that are unknown. By `--peers`
other tools judge the same frame, in turns; what serves for any frame, such as a schema, is made before.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import polars as pl

import peakguard
from tests.benchmarks.contracts import data
from tests.benchmarks.contracts.peers import PEERS

ROUNDS = 400
FEW_ROUNDS = 15


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--peers", action="store_true", help="the same rules in other tools, too")
    options = parser.parse_args()
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
    _print(_times(runners, ROUNDS))
    if options.peers:
        judges = {name: partial(made(), frame) for name, made in PEERS.items()}
        _print(_times(runners | judges, FEW_ROUNDS))


def _times(runners: Mapping[str, Callable[[], Any]], rounds: int) -> dict[str, list[float]]:
    """Microseconds of each, in turns; a first round is not counted."""
    times: dict[str, list[float]] = {name: [] for name in runners}
    for number in range(rounds + 1):
        for name, run in runners.items():
            start = time.perf_counter()
            run()
            if number:
                times[name].append((time.perf_counter() - start) * 1e6)
    return times


def _print(times: Mapping[str, list[float]]) -> None:
    print("\n| | us, median | best | \u00d7 by hand |\n|---|---:|---:|---:|")
    for name, taken in times.items():
        ratio = statistics.median(mine / hand for mine, hand in zip(taken, times["by hand"], strict=True))
        print(f"| {name} | {statistics.median(taken):,.0f} | {min(taken):,.0f} | {ratio:.2f} |")


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
