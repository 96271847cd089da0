"""Days and times that are not known yet: counts from 1970, taken apart by the rules of the calendar."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import z3

from peakguard.api.rule_testing.missing.prover.cells import Cell, Untranslatable
from peakguard.expression.typed import Typed

_EPOCH = date(1970, 1, 1).toordinal()
FIRST, LAST = date.min.toordinal() - _EPOCH, date.max.toordinal() - _EPOCH
PER_SECOND = {"ms": 10**3, "us": 10**6, "ns": 10**9}
SECONDS, _HOUR = 86_400, 3_600
"""Of a day, and of an hour."""


def number_of(day: date) -> int:
    """The count of a day."""
    return day.toordinal() - _EPOCH


def day_of(number: int) -> date:
    """The day of a count."""
    return date.fromordinal(number + _EPOCH)


def date_of(node: Typed, x: Cell) -> Cell:
    """The day of a time in its own zone, which here is UTC or none."""
    days = _days(node, x)
    return Cell(days, z3.Or(days < FIRST, days > LAST))


def weekday(node: Typed, x: Cell) -> Cell:
    """The day of the week, 1 for Monday."""
    made = date_of(node, x)
    return made._replace(term=(made.term + 3) % 7 + 1)


def hour(node: Typed, x: Cell) -> Cell:
    """The hour of a time."""
    if node.args[0].type.kind == "date":
        return Cell(z3.IntVal(0))
    made, ticks = date_of(node, x), PER_SECOND[node.args[0].type.unit]
    return made._replace(term=(x.term / (_HOUR * ticks)) % 24)


def part(index: int) -> Callable[[Typed, Cell], Cell]:
    """The year, month or day of the month."""

    def found(node: Typed, x: Cell) -> Cell:
        made = date_of(node, x)
        return made._replace(term=_civil(made.term)[index])

    return found


def _days(node: Typed, x: Cell) -> Any:
    type = node.args[0].type
    if type.kind == "date":
        return x.term
    if type.zone not in ("", "UTC"):
        raise Untranslatable("the clock of a zone")
    return x.term / (SECONDS * PER_SECOND[type.unit])


def _civil(days: Any) -> tuple[Any, Any, Any]:
    """Year, month and day of a count, by eras of 400 years that begin in March; all divisors are positive."""
    from_march = days + 719_468
    era, in_era = from_march / 146_097, from_march % 146_097
    year = (in_era - in_era / 1_460 + in_era / 36_524 - in_era / 146_096) / 365
    in_year = in_era - (365 * year + year / 4 - year / 100)
    shifted = (5 * in_year + 2) / 153
    month = z3.If(shifted < 10, shifted + 3, shifted - 9)
    return year + era * 400 + z3.If(month <= 2, 1, 0), month, in_year - (153 * shifted + 2) / 5 + 1
