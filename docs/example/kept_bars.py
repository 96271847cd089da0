"""Bars on disk, in a plain Parquet file and in a cache, when one bit flips and when the exchange is down."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from app.exchange import real_bars
from app.market_data import to_frame

import peakguard

COPIES = 50


class Exchange:
    """Gives real bars, until it is down."""

    def __init__(self) -> None:
        self.bars = real_bars()
        self.calls = 0
        self.is_down = False

    def fetch(self) -> pd.DataFrame:
        """All bars. Raises ConnectionError while it is down."""
        self.calls += 1
        if self.is_down:
            raise ConnectionError("the exchange is down")
        return to_frame("SPX", self.bars)


def flip(path: str, place: float = 0.5) -> None:
    """One bit of a file, as disks and cables do it; `place` is the share of the file ahead of it."""
    with open(path, "r+b") as file:
        file.seek(int(os.path.getsize(path) * place))
        byte = file.read(1)[0]
        file.seek(-1, 1)
        file.write(bytes([byte ^ 16]))


def read_wrong(path: Path, right: pd.DataFrame) -> int:
    """How many copies of a plain file, each with one flipped bit, are read as if nothing had happened."""
    wrong = 0
    for copy in range(COPIES):
        pq.write_table(pa.Table.from_pandas(right), path)
        flip(str(path), (copy + 0.5) / COPIES)
        try:
            wrong += not pq.read_table(path).to_pandas().equals(right)
        except (OSError, ValueError):
            continue
    return wrong


def main(root: Path) -> int:
    """Bare, and kept by the policies of a project; 1 where something does not end as it should."""
    exchange = Exchange()
    right = exchange.fetch()
    wrong = read_wrong(root / "plain.parquet", right)
    say("plain files, one bit flipped", f"{wrong} of {COPIES} copies are read as other bars, and nobody says so")
    policies, told = peakguard.load(root), list[Any]()
    with policies.on_event(told.append, names=("object_damaged", "cache_repaired", "cache_stale")):
        return int(not kept(policies.cache("bars"), exchange, right, told))


def kept(cache: Any, exchange: Exchange, right: pd.DataFrame, told: list[Any]) -> bool:
    """The same bars in a cache."""
    exchange.calls = 0
    good = all(cache.get_or_compute("SPX", exchange.fetch).equals(right) for _ in range(3)) and exchange.calls == 1
    say("in the cache", f"asked 3 times, fetched {exchange.calls} time")
    flip(cache.store.layout.object(next(cache.entries()).digest))
    good &= cache.get_or_compute("SPX", exchange.fetch).equals(right) and exchange.calls == 2
    names = sorted({event.name for event in told})
    say("there one bit flipped", f"fetched again, and told: {', '.join(names)}")
    exchange.is_down = True
    pointer = next(cache.entries())
    cache.store.describe(pointer, {**pointer.meta, "created": time.time() - 3700})
    good &= cache.get_or_compute("SPX", exchange.fetch).equals(right)
    age = sum(event.fields["age"] for event in told if event.name == "cache_stale")
    say("an hour later, exchange down", f"the bars of {age / 60:.0f} minutes ago, and the event cache_stale")
    return bool(good and names == ["cache_repaired", "object_damaged"] and age > 3600)


def say(what: str, outcome: str) -> None:
    """One line of the table."""
    print(f"{what:30}  {outcome}", flush=True)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
