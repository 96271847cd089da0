"""What generated scalar rules make of the elements of a list; none of the values is null but where that is said."""

from __future__ import annotations

from collections.abc import Sequence

from peakguard.runtime.scalar_windows import rolling_max, rolling_mean, rolling_min


def each_mean(values: Sequence[float]) -> float | None:
    """The mean of floats, null of none."""
    return rolling_mean(values) if values else None


def each_min(values: Sequence[float]) -> float | None:
    """The least float, NaN where there is one, null of none."""
    return rolling_min(values) if values else None


def each_max(values: Sequence[float]) -> float | None:
    """The largest float, NaN where there is one, null of none."""
    return rolling_max(values) if values else None


def each_any(values: Sequence[bool | None]) -> bool | None:
    """Kleene's `or`: null may be among the values."""
    return True if True in values else None if None in values else False


def each_all(values: Sequence[bool | None]) -> bool | None:
    """Kleene's `and`: null may be among the values."""
    return False if False in values else None if None in values else True
