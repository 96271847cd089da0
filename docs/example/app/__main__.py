"""`python -m app CONFIG EXCHANGE REPORT`: fetch, trade on paper, report."""

from __future__ import annotations

import sys
from pathlib import Path

from app import config
from app.engine import Backtest
from app.market_data import fetch_bars
from app.report import save, summary


def main(config_path: str, exchange: str, report_path: str) -> None:
    """One run."""
    settings = config.load(Path(config_path))
    bars = fetch_bars(exchange, settings.symbol, settings.page_size)
    book = Backtest(settings.cash, settings.fast, settings.slow, settings.stop, settings.fee_rate)
    book.run(bars)
    result = summary(book, bars)
    save(result, book.curve, Path(report_path))
    print(f"{result['bars']} bars, {result['fills']} fills, equity {result['equity']:,.2f} USD")


if __name__ == "__main__":
    main(*sys.argv[1:])
