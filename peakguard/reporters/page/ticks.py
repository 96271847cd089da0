"""Where an axis has its labels: round numbers, and round times of the calendar."""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MONTH = 30.44 * 86_400
_MONTHS = (1, 3, 6, 12, 24, 60, 120, 240, 600, 1200, 2400, 6000, 12_000, 24_000)
_SECONDS = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600)
_FORMS = ((86_400, "%-d %b"), (21_600, "%-d %b %H:%M"), (60, "%H:%M"), (0, "%H:%M:%S"))
_DAYS = (86_400, 172_800, 604_800, 1_209_600)


class Tick(NamedTuple):
    """A labelled place of an axis."""

    at: float
    label: str


def number_ticks(low: float, high: float, most: int = 4) -> list[Tick]:
    """At most so many round numbers between two bounds."""
    span = high - low
    # Bounds that floats can hardly tell apart have no numbers between them.
    if not span > max(abs(low), abs(high)) * 1e-12 or not math.isfinite(span):
        return [Tick(low, number(low))]
    rough = 10.0 ** math.floor(math.log10(span / most))
    step = next(rough * factor for factor in (1, 2, 5, 10, 20) if span / (rough * factor) <= most)
    first, last = math.ceil(low / step), math.floor(high / step)
    return [Tick(each * step, number(each * step)) for each in range(first, last + 1)]


def time_ticks(start: float, end: float, most: int = 6) -> list[Tick]:
    """At most so many round times between two, in seconds since 1970."""
    span = end - start
    seconds = next((step for step in (*_SECONDS, *_DAYS) if span / step <= most), None)
    if seconds is not None and span > 0:
        first, last = math.ceil(start / seconds), math.floor(end / seconds)
        form = next(form for least, form in _FORMS if seconds >= least)
        return [Tick(each * seconds, _moment(each * seconds).strftime(form)) for each in range(first, last + 1)]
    months = next((step for step in _MONTHS if span / (step * _MONTH) <= most), _MONTHS[-1])
    return list(_month_ticks(start, end, months)) if span > 0 else [Tick(start, moment(start))]


def _month_ticks(start: float, end: float, months: int) -> Iterator[Tick]:
    first, last = _moment(start), _moment(end)
    whole = -(-(first.year * 12 + first.month - 1) // months) * months
    for index in range(max(whole, 12), last.year * 12 + last.month, months):
        date = datetime(index // 12, index % 12 + 1, 1, tzinfo=UTC)
        at = (date - _EPOCH).total_seconds()
        if start <= at <= end:
            yield Tick(at, f"{date.year}" if months >= 12 else date.strftime("%b %Y"))


def moment(seconds: float) -> str:
    """A time in words, as short as it can be said exactly."""
    when = _moment(seconds)
    if when.time() == datetime.min.time():
        return when.date().isoformat()
    return when.replace(tzinfo=None).isoformat(" ", "milliseconds" if when.microsecond else "seconds")


def number(value: float) -> str:
    """A number with as many digits as people read."""
    return f"{value:,.0f}" if value == int(value) and abs(value) < 1e15 else f"{value:,.6g}"


def _moment(seconds: float) -> datetime:
    try:
        return _EPOCH + timedelta(seconds=seconds)
    except OverflowError:  # Python's calendar ends with the year 9999, that of the data may not
        return datetime.max.replace(tzinfo=UTC) if seconds > 0 else datetime.min.replace(tzinfo=UTC)
