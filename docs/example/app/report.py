"""The result of a run, in numbers and as a file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd

from app.engine import Backtest

DAYS_A_YEAR = 365.25


def summary(book: Backtest, bars: pd.DataFrame) -> dict[str, Any]:
    """Equity and fees in USD, growth a year and the deepest fall from a peak as fractions."""
    years = (bars["timestamp"].iloc[-1] - bars["timestamp"].iloc[0]).days / DAYS_A_YEAR
    peak, fall = book.curve[0], 0.0
    for equity in book.curve:
        peak = max(peak, equity)
        fall = max(fall, 1 - equity / peak)
    return {
        "equity": round(book.equity, 2),
        "growth": round((book.equity / book.curve[0]) ** (1 / years) - 1, 6),
        "drawdown": round(fall, 6),
        "fees": round(book.fees, 2),
        "fills": len(book.fills),
        "bars": len(bars),
    }


def save(result: dict[str, Any], curve: list[float], path: Path) -> None:
    """Write the numbers and the curve of the equity."""
    with open(path, "w") as file:
        json.dump({**result, "curve": [round(equity, 2) for equity in curve]}, file, indent=1)
