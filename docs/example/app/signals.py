"""Signals of the example, as functions of all bars."""

from __future__ import annotations

import pandas as pd


def trend(bars: pd.DataFrame, fast: int = 50, slow: int = 200) -> pd.Series[bool]:
    """Whether the fast average of the closes is above the slow one."""
    closes = bars["close"].astype(float)
    return closes.rolling(fast).mean() > closes.rolling(slow).mean()


def trend_of_all(bars: pd.DataFrame) -> pd.Series[bool]:
    """Whether a close is above the average of all of them; wrong on purpose, since that average knows the future."""
    closes = bars["close"].astype(float)
    return closes > closes.mean()
