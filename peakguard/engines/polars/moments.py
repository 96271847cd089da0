"""Moments and lengths of time that Python has no value for, and digits that it would drop."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from peakguard.engines.polars.library import polars

if TYPE_CHECKING:
    import polars as pl

_EPOCH = date(1970, 1, 1).toordinal()
_DAYS = date.min.toordinal() - _EPOCH + 1, date.max.toordinal() - _EPOCH - 1
"""A day less on either side: a zone may move a moment over the edge."""
MOST_DAYS = timedelta.max.days - 1
"""Of a length of time that Python has a value for."""
_TICKS_A_DAY = {"ms": 86_400_000, "us": 86_400_000_000, "ns": 86_400_000_000_000}


def text_of(values: pl.Series, row: int) -> str | None:
    """How a cell is shown that Python does not hold as it is; None for any other."""
    kind = values.dtype
    if not isinstance(kind, polars().Date | polars().Datetime | polars().Duration):
        return None
    ticks = values.slice(row, 1).to_physical()[0]
    if ticks is None:
        return None
    if not _fits(kind, ticks):
        unit = "days" if isinstance(kind, polars().Date) else kind.time_unit
        return f"{ticks} {unit}" + ("" if isinstance(kind, polars().Duration) else " since 1970")
    if isinstance(kind, polars().Datetime) and kind.time_unit == "ns" and ticks % 1000:
        told: str = values[row].isoformat(timespec="microseconds")
        return f"{told[:26]}{ticks % 1000:03}{told[26:]}"
    return None


def newest_of(values: pl.Series) -> Any:
    """The latest date or time of a column, None where there is none; at most the last that Python knows of."""
    kind = values.dtype
    ticks: Any = values.to_physical().max()
    if ticks is None:
        return None
    if _fits(kind, ticks):
        return values.max()
    last = datetime.combine(date.max if ticks > 0 else date.min, time(), UTC)
    if isinstance(kind, polars().Date):
        return last.date()
    return last.replace(tzinfo=None) if kind.time_zone is None else last  # type: ignore[attr-defined] # of datetime


def are_known(kind: pl.DataType, *ends: int | None) -> bool:
    """Whether Python surely has a value for each of a column, whose least and greatest ticks these are."""
    return all(end is None or _fits(kind, end) for end in ends)


def _fits(kind: pl.DataType, ticks: int) -> bool:
    if isinstance(kind, polars().Date):
        return _DAYS[0] <= ticks <= _DAYS[1]
    days = ticks // _TICKS_A_DAY[kind.time_unit]  # type: ignore[attr-defined] # of datetime and duration
    return abs(days) <= MOST_DAYS if isinstance(kind, polars().Duration) else _DAYS[0] <= days <= _DAYS[1]
