"""Times and durations as counts of a unit: exactly, with the fold of a clock that is set back."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from peakguard.runtime.scalar_functions import zone as zone_of
from peakguard.runtime.values import NotAValue, count, plain

_NANOSECONDS = {"ns": 1, "us": 10**3, "ms": 10**6}
_ATTOSECONDS = {
    "as": 1,
    "fs": 10**3,
    "ps": 10**6,
    "ns": 10**9,
    "us": 10**12,
    "ms": 10**15,
    "s": 10**18,
    "m": 60 * 10**18,
    "h": 3600 * 10**18,
    "D": 86_400 * 10**18,
    "W": 7 * 86_400 * 10**18,
}
"""Units of numpy; its years and months are no fixed length."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_NAIVE_EPOCH = _EPOCH.replace(tzinfo=None)
_WRITTEN = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(?::[0-9]{2})?)(?:\.([0-9]{1,9}))?(Z|[+-][0-9]{2}:?[0-9]{2})?"
)


def reader(type: str, unit: str, zone: str) -> Callable[[Any], int | None]:
    """A function from Python's times to counts of a unit since 1970."""

    aware = bool(zone)

    def read(value: Any) -> int | None:
        if value.__class__ is datetime:
            return _scaled(_nanoseconds(value, type, aware=aware), unit, value, type)
        if (whole := _counted(value)) is not None:
            return count(whole, type)
        if isinstance(value, str):
            return _scaled(_written(value, type, aware=aware), unit, value, type)
        if value.__class__.__name__ == "datetime64":
            if zone:
                raise NotAValue(value, type, "naive")
            return _numpy(value, unit, type)
        if value.__class__.__name__ == "NaTType":
            return None
        if not isinstance(value, datetime):
            raise NotAValue(value, type, "type")
        return _scaled(_nanoseconds(value, type, aware=aware), unit, value, type)

    return read


def duration_reader(type: str, unit: str) -> Callable[[Any], int | None]:
    """A function from Python's lengths of time to counts of a unit."""

    def read(value: Any) -> int | None:
        if (whole := _counted(value)) is not None:
            return count(whole, type)
        if value.__class__.__name__ == "timedelta64":
            return _numpy(value, unit, type)
        if value.__class__.__name__ == "NaTType":
            return None
        if not isinstance(value, timedelta):
            raise NotAValue(value, type, "type")
        return _scaled(_length(value), unit, value, type)

    return read


def restorer(unit: str, zone: str) -> Callable[[int], datetime | int]:
    """A function from counts to times on the clock of the zone; a count stays where a datetime cannot hold it."""

    def restore(found: int) -> datetime | int:
        microseconds, rest = divmod(found * _NANOSECONDS[unit], 1000)
        if rest:
            return found
        try:
            moment = _EPOCH + timedelta(microseconds=microseconds)
            return moment.astimezone(zone_of(zone)) if zone else moment.replace(tzinfo=None)
        except (OverflowError, ValueError):
            return found

    return restore


def duration_restorer(unit: str) -> Callable[[int], timedelta | int]:
    """A function from counts to lengths; a count stays where a timedelta cannot hold it."""

    def restore(found: int) -> timedelta | int:
        microseconds, rest = divmod(found * _NANOSECONDS[unit], 1000)
        if rest:
            return found
        try:
            return timedelta(microseconds=microseconds)
        except OverflowError:
            return found

    return restore


def _counted(value: Any) -> int | None:
    """The int that a value is, if it is one; numpy's times turn into ints too easily."""
    if value.__class__.__name__ in ("datetime64", "timedelta64"):
        return None
    found = plain(value)
    return int(found) if isinstance(found, int) and not isinstance(found, bool) else None


def _nanoseconds(value: datetime, type: str, *, aware: bool) -> int:
    try:
        is_aware = value.utcoffset() is not None
        if is_aware != aware:
            raise NotAValue(value, type, "aware" if is_aware else "naive")
        # The difference to UTC asks the zone for its offset, which knows the fold.
        return _length(value - (_EPOCH if aware else _NAIVE_EPOCH))
    except (OverflowError, NotImplementedError) as error:  # pandas has times of years that Python does not know
        raise NotAValue(value, type, "range") from error


def _length(value: timedelta) -> int:
    whole = (value.days * 86_400 + value.seconds) * 10**6 + value.microseconds
    extra: int = getattr(value, "nanoseconds", 0)  # pandas has them
    return whole * 1000 + extra


def _written(text: str, type: str, *, aware: bool) -> int:
    """Nanoseconds of an ISO 8601 text; Python itself would drop all behind the sixth digit."""
    match = _WRITTEN.fullmatch(text)
    if match is None:
        raise NotAValue(text, type, "form")
    try:
        moment = datetime.fromisoformat(match[1] + (match[3] or ""))
    except ValueError:
        raise NotAValue(text, type, "form") from None
    return _nanoseconds(moment, type, aware=aware) + int((match[2] or "0").ljust(9, "0"))


def _scaled(nanoseconds: int, unit: str, value: Any, type: str) -> int:
    found, rest = divmod(nanoseconds, _NANOSECONDS[unit])
    if rest:
        raise NotAValue(value, type, "inexact")
    return count(found, type)


def _numpy(value: Any, unit: str, type: str) -> int | None:
    if value != value:
        return None
    from numpy import datetime_data

    counted, step = datetime_data(value.dtype)
    if counted not in _ATTOSECONDS:
        raise NotAValue(value, type, "inexact")
    total = int(value.astype("int64")) * step * _ATTOSECONDS[counted]
    found, rest = divmod(total, _ATTOSECONDS[unit])
    if rest:
        raise NotAValue(value, type, "inexact")
    return count(found, type)
