"""Fields of dates and times in Python: by arithmetic where the clock never jumps, else on the clock of the zone."""

from __future__ import annotations

from peakguard.expression.emit.polars_text import quote
from peakguard.expression.emit.scalar_text import ATOM, NULL, PRODUCT, SUM, Written
from peakguard.expression.emit.scalar_writer import Operation, Writer
from peakguard.expression.limits import END_OF_ZONES, MIN_INTEGER
from peakguard.expression.typed import Typed
from peakguard.expression.types import Type

_PER_SECOND = {"ms": 10**3, "us": 10**6, "ns": 10**9}
_FIRST_SECOND, _LAST_SECOND = -62_135_596_800, 253_402_300_799
"""Of the years 1 to 9999, counted from 1970."""
_FIELDS = {"weekday": "isoweekday()", "date": "date()"}


def _calendar(writer: Writer, node: Typed) -> Written:
    (arg,) = node.args
    x = writer.strict(arg)
    if x is NULL:
        return NULL
    if arg.type.kind == "date":
        return Written(f"{x.at(ATOM)}.{_FIELDS.get(node.op, node.op)}", checks=x.checks)
    if arg.type.zone in ("", "UTC"):
        return _steady(writer, node.op, x, arg.type)
    zone = writer.names.constant("ZONE", f"zone({quote(arg.type.zone)})")
    second = _PER_SECOND[arg.type.unit]
    moment = writer.names.temporary()
    first, again = writer.twice(x, SUM)
    known = f"{first} < {END_OF_ZONES * second}"
    check = f"({moment} := clock({again}, {second}, {zone.text})) is not None"
    return Written(f"{moment}.{_FIELDS.get(node.op, node.op)}", checks=(*x.checks, known, check))


def _steady(writer: Writer, field: str, x: Written, type: Type) -> Written:
    second = _PER_SECOND[type.unit]
    day = 86_400 * second
    first, last = _FIRST_SECOND * second, (_LAST_SECOND + 1) * second - 1
    checks, count = x.checks, x.at(PRODUCT)
    if first > MIN_INTEGER:
        once, count = writer.twice(x, PRODUCT)
        checks = (*checks, f"{first} <= {once} <= {last}")
    if field == "hour":
        return Written(f"{count} // {3600 * second} % 24", PRODUCT, checks)
    if field == "weekday":
        return Written(f"({count} // {day} + 3) % 7 + 1", SUM, checks)
    found = f"day_after_1970({count} // {day})"
    return Written(found if field == "date" else f"{found}.{field}", checks=checks)


CALENDAR: dict[str, Operation] = dict.fromkeys(("date", "day", "hour", "month", "weekday", "year"), _calendar)
