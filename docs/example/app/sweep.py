"""`python -m app.sweep CONFIG EXCHANGE REPORT`: the backtest with several averages, each in a process of its own."""

from __future__ import annotations

import json
import sys
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from pathlib import Path

import pandas as pd

from app import config
from app.engine import Backtest
from app.market_data import fetch_bars

WINDOWS = ((20, 100), (50, 200), (80, 250), (100, 300))


def equity(settings: config.Settings, bars: pd.DataFrame) -> float:
    """What one backtest ends with, in USD."""
    book = Backtest(settings.cash, settings.fast, settings.slow, settings.stop, settings.fee_rate)
    book.run(bars)
    return round(book.equity, 2)


def equities(tried: list[config.Settings], bars: pd.DataFrame) -> list[float]:
    """What each of them ends with."""
    with ProcessPoolExecutor(2) as pool:
        return list(pool.map(equity, tried, [bars] * len(tried)))


def main(config_path: str, exchange: str, report_path: str) -> None:
    """All of them, and the best."""
    settings = config.load(Path(config_path))
    bars = fetch_bars(exchange, settings.symbol, settings.page_size)
    found = equities([replace(settings, fast=fast, slow=slow) for fast, slow in WINDOWS], bars)
    best = max(zip(found, WINDOWS, strict=True))
    Path(report_path).write_text(json.dumps({"equities": found, "best": best}))
    print(f"{best[1][0]} and {best[1][1]} bars end with {best[0]:,.2f} USD")


if __name__ == "__main__":
    main(*sys.argv[1:])
