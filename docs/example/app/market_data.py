"""Bars from the exchange, page by page."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlencode
from urllib.request import urlopen

import pandas as pd

COLUMNS = ["timestamp", "open", "high", "low", "close", "volume"]


def fetch_page(exchange: str, symbol: str, since: int, limit: int) -> dict[str, Any]:
    """One page: `bars` of milliseconds, prices and volume, and `next`, where the following page begins."""
    query = urlencode({"symbol": symbol, "since": since, "limit": limit})
    with urlopen(f"{exchange}/bars?{query}") as answer:  # noqa: S310 # the address is the caller's
        page: dict[str, Any] = json.load(answer)
    return page


def fetch_bars(exchange: str, symbol: str, limit: int = 1000) -> pd.DataFrame:
    """All bars of a symbol, oldest first."""
    bars: list[list[Any]] = []
    since: int | None = 0
    while since is not None:
        page = fetch_page(exchange, symbol, since, limit)
        bars += page["bars"]
        since = page["next"]
    return to_frame(symbol, bars)


def to_frame(symbol: str, bars: list[list[Any]]) -> pd.DataFrame:
    """Bars as the backtest takes them."""
    frame = pd.DataFrame(bars, columns=COLUMNS)
    frame["timestamp"] = pd.to_datetime(frame["timestamp"], unit="ms", utc=True)
    frame.insert(0, "symbol", symbol)
    return frame
