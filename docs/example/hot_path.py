"""The part of the program that is called most often, without the exchange: what the gate counts instructions of."""

from __future__ import annotations

from typing import NamedTuple

from app.engine import Backtest
from app.exchange import real_bars
from app.market_data import to_frame

BARS = 1000


class Bar(NamedTuple):
    """A bar as the engine reads it."""

    timestamp: object
    open: float
    high: float
    low: float
    close: float


_FRAME = to_frame("SPX", real_bars()[:BARS])
_COLUMNS = (_FRAME[name].tolist() for name in Bar._fields)
_BARS = [Bar(*values) for values in zip(*_COLUMNS, strict=True)]


def trade() -> None:
    """Trade through four years of bars."""
    book = Backtest(cash=100_000.0, fast=50, slow=200, stop=0.05, fee_rate=0.001)
    for bar in _BARS:
        book.step(bar)
