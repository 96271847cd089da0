"""What a cadence asks: of each row to be a bar that is expected, and of its step from the row before to leave out few.

The clock that never stops expects a bar at every interval after the bar before. The calendar of an exchange
expects bars in its sessions, whatever came before, so a bar outside of them is a fault of its own
(`cadence.calendar`); `cadence` is about what is missing between two rows.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from peakguard.kinds.contract.calendars import NO_CALENDAR
from peakguard.kinds.contract.model import Cadence, Contract
from peakguard.kinds.contract.positions import check_of, is_first, over
from peakguard.kinds.contract.stream import neighbours
from peakguard.language.constraints import head
from peakguard.runtime.lengths import nanoseconds

NANOSECONDS_A_DAY = 86_400 * 10**9


def cadence_checks(spec: Contract, cadence: Cadence) -> Iterator[dict[str, Any]]:
    """The checks as entries of a plan."""
    if cadence.calendar == NO_CALENDAR:
        yield _clock(cadence, is_date=head(spec.columns[cadence.column].shape) == "date")
    else:
        yield from _calendar(cadence)


def is_daily(cadence: Cadence) -> bool:
    """Whether a bar is a day."""
    return nanoseconds(cadence.every) == NANOSECONDS_A_DAY


def _clock(cadence: Cadence, *, is_date: bool) -> dict[str, Any]:
    """The step to the next row is one interval, or up to `max_gap` intervals more."""
    every = nanoseconds(cadence.every)
    column = f"pl.col({cadence.column!r})"
    step = f"{column}.diff().dt.total_nanoseconds()"
    if is_date:
        step = f"({column}.diff().dt.total_days() * {NANOSECONDS_A_DAY})"
    longest = every * (cadence.max_gap + 1)
    within = cadence.within
    passes = f"({_on_grid(over(step, within), every, longest)}) | {over(is_first(), within)}"
    alone = _on_grid(over(step, ()), every, longest)
    return _cadence(cadence, passes, alone, f"({over(step, within)} - 1) // {every}")


def _on_grid(step: str, every: int, longest: int) -> str:
    return f"({step} % {every} == 0) & ({step} >= {every}) & ({step} <= {longest})"


def _calendar(cadence: Cadence) -> Iterator[dict[str, Any]]:
    bars = f"bars_of({cadence.calendar!r}, {nanoseconds(cadence.every)}, is_daily={is_daily(cadence)})"
    column = f"pl.col({cadence.column!r})"
    expected = f"{bars}.until({column}) > {bars}.before({column})"
    yield check_of("cadence.calendar", expected, (cadence.column,), None, None)
    passes, alone = (
        f"(({column} > {_before(column, within)}) & ({_missing(bars, column, within)} <= {cadence.max_gap}))"
        for within in (cadence.within, ())
    )
    passes += f" | {over(is_first(), cadence.within)}"
    yield _cadence(cadence, passes, alone, _missing(bars, column, cadence.within))


def _missing(bars: str, column: str, within: Sequence[str]) -> str:
    """How many bars are expected after the row before and before this one."""
    return f"({bars}.before({column}) - {bars}.until({_before(column, within)}))"


def _before(column: str, within: Sequence[str]) -> str:
    return over(f"{column}.shift(1)", within)


def _cadence(cadence: Cadence, passes: str, alone: str, missing: str) -> dict[str, Any]:
    reads = (cadence.column, *cadence.within)
    gaps = {
        "within": list(cadence.within),
        "start": _before(f"pl.col({cadence.column!r})", cadence.within),
        "end": f"pl.col({cadence.column!r})",
        "missing": missing,
        "max_gap": cadence.max_gap,
    }
    return {**check_of("cadence", passes, reads, None, neighbours(cadence.within, passes, alone)), "gaps": gaps}
