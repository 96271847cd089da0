"""What generated scalar rules call. Every function is total: a value for each argument of its type, never an error."""

from __future__ import annotations

import math
from datetime import UTC, date, datetime, timedelta, tzinfo
from decimal import ROUND_HALF_EVEN, Context
from functools import lru_cache
from typing import Any

EXACT = Context(prec=100, rounding=ROUND_HALF_EVEN)
"""Digits enough for every decimal of the language, whatever the caller's own context says."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_EPOCH_ORDINAL = date(1970, 1, 1).toordinal()
_LOWER = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "abcdefghijklmnopqrstuvwxyz")
_UPPER = str.maketrans("abcdefghijklmnopqrstuvwxyz", "ABCDEFGHIJKLMNOPQRSTUVWXYZ")


def by_zero(dividend: float) -> float:
    """`dividend / 0`, where zero has no sign."""
    return math.nan if dividend == 0 or dividend != dividend else math.copysign(math.inf, dividend)


def exp_or_infinity(x: float) -> float:
    """e to the power of x, infinite where a float ends."""
    try:
        return math.exp(x)
    except OverflowError:
        return math.inf


def log_or_not(x: float) -> float:
    """The logarithm of what is not above zero."""
    return -math.inf if x == 0 else math.nan


def sign(x: float) -> float:
    """1.0 or -1.0; zero and NaN as they are."""
    return 1.0 if x > 0 else -1.0 if x < 0 else x


def max_or_nan(*values: Any) -> Any:
    """The largest value, NaN where there is one."""
    return math.nan if any(each != each for each in values) else max(values)


def min_or_nan(*values: Any) -> Any:
    """The least value, NaN where there is one."""
    return math.nan if any(each != each for each in values) else min(values)


def lower(text: str) -> str:
    """ASCII letters in lower case, all others as they are."""
    return text.lower() if text.isascii() else text.translate(_LOWER)


def upper(text: str) -> str:
    """ASCII letters in upper case, all others as they are."""
    return text.upper() if text.isascii() else text.translate(_UPPER)


def day_after_1970(days: int) -> date:
    """The date so many days after 1970-01-01; the days of the years 1 to 9999 only."""
    return date.fromordinal(days + _EPOCH_ORDINAL)


@lru_cache(maxsize=64)
def zone(name: str) -> tzinfo:
    """A time zone of the IANA database. Raises ZoneInfoNotFoundError where the machine does not know it."""
    from zoneinfo import ZoneInfo

    return ZoneInfo(name)


def clock(count: int, per_second: int, local: tzinfo) -> datetime | None:
    """A count since 1970 on the clock of a zone, or None outside the years 1 to 9999."""
    seconds, rest = divmod(count, per_second)
    try:
        return (_EPOCH + timedelta(seconds=seconds, microseconds=rest * 10**6 // per_second)).astimezone(local)
    except (OverflowError, ValueError):
        return None
