"""A backtest: long when the fast average of the closes is above the slow one, out when it is not or at the stop."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pandas as pd


@dataclass(frozen=True)
class Fill:
    """Shares that were bought (above zero) or sold, at a price in USD."""

    time: datetime
    quantity: float
    price: float
    fee: float


class Backtest:
    """One symbol, all in or all out; orders of one bar are filled at the next bar's open."""

    def __init__(self, cash: float, fast: int, slow: int, stop: float, fee_rate: float) -> None:
        self.cash = cash
        self.shares = 0.0
        self.fees = 0.0
        self.equity = cash
        self.fast = fast
        self.stop = stop
        self.fee_rate = fee_rate
        self.fills: list[Fill] = []
        self.curve: list[float] = []
        self.closes: deque[float] = deque(maxlen=slow)
        self.order = 0.0
        self.decided: datetime | None = None
        self.entry = 0.0

    def step(self, bar: Any) -> float:
        """Fill the waiting order, watch the stop, value the book, decide; gives the equity."""
        if self.order:
            self.fill(bar.timestamp, self.order, bar.open)
            self.order = 0.0
        elif self.shares and bar.low <= self.entry * (1 - self.stop):
            self.fill(bar.timestamp, -self.shares, min(bar.open, self.entry * (1 - self.stop)))
        self.equity = self.cash + self.shares * bar.close
        self.curve.append(self.equity)
        self.decide(bar)
        return self.equity

    def decide(self, bar: Any) -> None:
        """Order what the averages say."""
        self.closes.append(bar.close)
        if len(self.closes) < (self.closes.maxlen or 0):
            return
        closes = list(self.closes)
        self.decided = bar.timestamp
        rising = sum(closes[-self.fast :]) / self.fast > sum(closes) / len(closes)
        if rising and not self.shares:
            self.order = self.cash * 0.99 / bar.close
        elif not rising and self.shares:
            self.order = -self.shares

    def fill(self, time: datetime, quantity: float, price: float) -> Fill:
        """Book one order."""
        fee = abs(quantity) * price * self.fee_rate
        self.cash -= quantity * price + fee
        self.shares += quantity
        self.fees += fee
        self.entry = price
        fill = Fill(time, quantity, price, fee)
        self.fills.append(fill)
        return fill

    def run(self, bars: pd.DataFrame) -> None:
        """Every bar in turn."""
        for bar in bars.itertuples(index=False):
            self.step(bar)
