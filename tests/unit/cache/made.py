"""Caches of a small project, under a clock that tests move."""

from __future__ import annotations

from pathlib import Path

import polars as pl

import peakguard
from peakguard.kinds.cache.cache import Cache
from peakguard.runtime.clock import REAL, Clock
from peakguard.runtime.policy_set import PolicySet

FRAME = pl.DataFrame({"symbol": ["AAPL", "MSFT", None], "close": [1.5, 2.5, -0.0], "volume": [1, 2, 3]})
CONTRACT = """peakguard: 1
kind: contract
name: bars
version: 1.0.0
columns:
  symbol: {type: string, nullable: true}
  close: {type: float64, LIMIT}
  volume: int64
"""


class Days:
    """The seconds since 1970, as a test says them."""

    def __init__(self) -> None:
        self.now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


def project(root: Path, settings: str, limit: str | None = None) -> PolicySet:
    """A project with one cache, `bars`, and with `limit` a contract of the same name."""
    (root / "policies").mkdir(exist_ok=True)
    of = "contract: bars, " if limit is not None else ""
    bound = "" if "max_" in settings else "max_size: 1GiB, "
    head = "peakguard: 1\nkind: cache\nname: caches\nversion: 1.0.0\npolicies:\n"
    (root / "policies" / "caches.yaml").write_text(f"{head}  bars: {{{of}{bound}{settings}}}\n")
    if limit is not None:
        (root / "policies" / "bars.yaml").write_text(CONTRACT.replace("LIMIT", limit))
    return peakguard.load(root)


def made(
    root: Path, settings: str = "ttl: 1h", days: Days | None = None, limit: str | None = None, clock: Clock = REAL
) -> Cache:
    """The cache of such a project, as another process would have it."""
    policies = project(root, settings, limit)
    table = policies.tables("cache")["caches"]["policies"]["bars"]
    return Cache(policies, table, table["mode"], clock, days or Days())


class Feed:
    """A function that counts its calls and gives what it is told."""

    def __init__(self, *gives: object) -> None:
        self.gives = list(gives)
        self.calls = 0

    def __call__(self) -> object:
        self.calls += 1
        given = self.gives[min(self.calls, len(self.gives)) - 1]
        if isinstance(given, BaseException):
            raise given
        return given
