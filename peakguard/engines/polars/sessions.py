"""Where the calendar of an exchange expects bars, by arithmetic on its sessions: no list of all bars is ever made."""

from __future__ import annotations

import warnings
from functools import lru_cache
from itertools import product
from typing import TYPE_CHECKING, Any, NamedTuple

from peakguard.diagnostics import codes
from peakguard.engines.polars.library import polars
from peakguard.runtime.errors import PeakguardError

if TYPE_CHECKING:
    import polars as pl

_DAY = 86_400 * 10**9
_STARTS = ("1970-01-01", "1990-01-01", "2000-01-01", None)
_ENDS = ("2049-12-31", None)
"""What a calendar is asked for, the widest first: some know only a few decades, and say so only when asked."""


class Stretches(NamedTuple):
    """Times without a break, from `starts` to `ends`, in nanoseconds since 1970 and in order.

    What lies before `least` or from `most` on the calendar knows nothing of.
    """

    starts: pl.Series
    ends: pl.Series
    least: int
    most: int


class Bars:
    """The bars that are expected, numbered from the first one that the calendar knows. A bar is named by its begin.

    Within a session a bar begins at the opening, after a break, and every so many nanoseconds from there while the
    session is open. A daily bar is named by the day of its session, as a date or as its midnight in the zone of the
    column. A time without a zone is taken as UTC. What the calendar does not know of is null.
    """

    def __init__(self, stretches: Stretches, every: int, *, is_daily: bool) -> None:
        self._starts = stretches.starts
        self._counts = (stretches.ends - stretches.starts + every - 1) // every
        self._earlier = self._counts.cum_sum() - self._counts
        self._range = (stretches.least, stretches.most)
        self._every = every
        self._is_daily = is_daily

    def before(self, column: pl.Expr) -> pl.Expr:
        """How many bars are expected before each time."""
        return self._mapped(column, 0)

    def until(self, column: pl.Expr) -> pl.Expr:
        """How many bars are expected until each time, the one that begins then among them."""
        return self._mapped(column, 1)

    def _mapped(self, column: pl.Expr, later: int) -> pl.Expr:
        def number(values: pl.Series) -> pl.Series:
            return self._number(self._times(values) + later)

        return column.map_batches(number, return_dtype=polars().Int64, is_elementwise=True)

    def _number(self, times: pl.Series) -> pl.Series:
        """How many bars begin before each time."""
        library = polars()
        place = self._starts.search_sorted(times, side="left").cast(library.Int64) - 1
        column, at = library.col("time"), library.col("place")
        known = library.lit(self._starts).gather(at)
        begun = (column - known + self._every - 1) // self._every
        number = library.lit(self._earlier).gather(at) + library.min_horizontal(
            begun, library.lit(self._counts).gather(at)
        )
        frame = library.DataFrame({"time": times, "place": place.clip(0)})
        number = library.when(library.lit(place) < 0).then(0).otherwise(number)
        numbered: pl.Series = frame.select(library.when(column.is_not_null()).then(number)).to_series()
        return numbered.cast(library.Int64).rename(times.name)

    def _times(self, values: pl.Series) -> pl.Series:
        """Times in nanoseconds, as the stretches have them; null for what the calendar does not know."""
        library = polars()
        unit, kind = _DAY, values.dtype
        if isinstance(kind, library.Datetime):
            values = values.dt.replace_time_zone(None) if self._is_daily else values
            unit = {"ms": 10**6, "us": 10**3, "ns": 1}[kind.time_unit]
        least, most = self._range
        # Compared in their own unit: far times do not fit into nanoseconds.
        counted = values.to_physical().cast(library.Int64).rename("time")
        known = (library.col("time") >= -(-least // unit)) & (library.col("time") < -(-most // unit))
        return counted.to_frame().select(library.when(known).then(library.col("time") * unit)).to_series()


@lru_cache(maxsize=64)
def bars_of(calendar: str, every: int, *, is_daily: bool) -> Bars:
    """The bars of a calendar by its name, such as XNYS, at a distance in nanoseconds.

    Raises PeakguardError: PG2004 where exchange_calendars is not installed, PG162 where it cannot make the calendar.
    """
    try:
        import exchange_calendars
    except ImportError as error:
        raise PeakguardError(
            codes.EXTRA_MISSING,
            feature=f"The calendar {calendar}",
            package="exchange-calendars",
            extra="calendars",
        ) from error
    schedule = _schedule(exchange_calendars, calendar)
    stretches = _days(schedule) if is_daily else _sessions(schedule)
    return Bars(stretches, _DAY if is_daily else every, is_daily=is_daily)


def _schedule(library: Any, calendar: str) -> Any:
    """Opening, break and close of every session, in as wide a range of years as the calendar has."""
    with warnings.catch_warnings():
        # The library uses what pandas is about to give up; that is no business of whoever validates data.
        warnings.simplefilter("ignore")
        reason = ""
        for start, end in product(_STARTS, _ENDS):
            try:
                return library.get_calendar(calendar, start=start, end=end).schedule
            except (ValueError, NotImplementedError) as error:
                reason = str(error).partition(", ")[0]
    raise PeakguardError(codes.CALENDAR_UNAVAILABLE, calendar=calendar, reason=reason)


def _days(schedule: Any) -> Stretches:
    starts = _nanoseconds(schedule.index)
    return Stretches(starts, starts + 1, int(starts[0]), int(starts[-1]) + _DAY)


def _sessions(schedule: Any) -> Stretches:
    """Each session, or its parts before and after the break."""
    library = polars()
    table = library.DataFrame({name: _nanoseconds(schedule[name]) for name in schedule.columns})
    parts = [
        table.select(start="open", end=library.coalesce("break_start", "close")),
        table.filter(library.col("break_end").is_not_null()).select(start="break_end", end="close"),
    ]
    pieces = library.concat(parts).sort("start")
    least, most = _nanoseconds(schedule.index)[0], _nanoseconds(schedule.index)[-1]
    # A day before and after, for sessions that open on the evening before their day.
    return Stretches(pieces["start"], pieces["end"], min(int(least), pieces["start"][0]), int(most) + 2 * _DAY)


def _nanoseconds(times: Any) -> pl.Series:
    library = polars()
    values = times.to_numpy(dtype="datetime64[ns]")
    numbers: pl.Series = library.Series(values, dtype=library.Datetime("ns")).to_physical()
    return numbers
