"""The last rows of a group, as ordered scalar rules see them. No value is null, and there is at least one.

Each result is computed from its window alone, so that what has left it leaves no trace.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any


def rolling_sum(window: Sequence[float]) -> float:
    """The sum, rounded once."""
    try:
        return math.fsum(window)
    except (OverflowError, ValueError):
        # Beyond the floats, or infinities of both signs: as plain addition has it.
        return sum(window)


def rolling_mean(window: Sequence[float]) -> float:
    """The mean."""
    return rolling_sum(window) / len(window)


def rolling_std(window: Sequence[float]) -> float | None:
    """The standard deviation of a sample, null for one row."""
    if len(window) < 2:
        return None
    mean = rolling_mean(window)
    return math.sqrt(rolling_sum([(each - mean) * (each - mean) for each in window]) / (len(window) - 1))


def rolling_max(window: Sequence[Any]) -> Any:
    """The largest float, NaN where there is one."""
    return math.nan if any(each != each for each in window) else max(window)


def rolling_min(window: Sequence[Any]) -> Any:
    """The least float, NaN where there is one."""
    return math.nan if any(each != each for each in window) else min(window)
