"""What generated scalar rules make of the elements of a list; none of the values is null but where that is said."""

from __future__ import annotations

import math
from collections.abc import Sequence


def each_sum(values: Sequence[float]) -> float:
    """The sum of floats, exact but for its last rounding; as they come where it overflows or is no number."""
    try:
        return math.fsum(values)
    except (OverflowError, ValueError):
        return sum(values)


def each_mean(values: Sequence[float]) -> float | None:
    """The mean of floats, null of none."""
    return each_sum(values) / len(values) if values else None


def each_min(values: Sequence[float]) -> float | None:
    """The least float, NaN where there is one, null of none."""
    return math.nan if any(each != each for each in values) else min(values, default=None)


def each_max(values: Sequence[float]) -> float | None:
    """The largest float, NaN where there is one, null of none."""
    return math.nan if any(each != each for each in values) else max(values, default=None)


def each_any(values: Sequence[bool | None]) -> bool | None:
    """Kleene's `or`: null may be among the values."""
    return True if True in values else None if None in values else False


def each_all(values: Sequence[bool | None]) -> bool | None:
    """Kleene's `and`: null may be among the values."""
    return False if False in values else None if None in values else True
