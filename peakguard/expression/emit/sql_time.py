"""Columns and the calendar in SQL. A time is read into a count at once, and is a count from there on."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlglot import exp

from peakguard.expression.emit import sql_text as text
from peakguard.expression.emit.sql import Emitter, Writer
from peakguard.expression.limits import END_OF_ZONES
from peakguard.expression.typed import Typed
from peakguard.expression.types import Type

_PER_SECOND = {"ms": 10**3, "us": 10**6, "ns": 10**9}
_FIELDS = {"day": "DAY", "hour": "HOUR", "month": "MONTH", "weekday": "ISODOW", "year": "YEAR"}


def _column(emitter: Emitter, node: Typed) -> exp.Expr:
    type = node.type
    if type.kind == "enum":
        return text.cast(emitter.physical(node), "VARCHAR")
    return counted(emitter.physical(node), type) if type.kind == "datetime" else emitter.physical(node)


def counted(stored: exp.Expr, type: Type) -> exp.Expr:
    """A time as it is stored, as the count of its unit."""
    moment = _timestamp(stored, type)
    if type.unit == "ns":
        return text.call("EPOCH_NS", moment)
    microseconds = text.call("EPOCH_US", moment)
    # EPOCH_MS does not take TIMESTAMP_MS.
    return microseconds if type.unit == "us" else text.binary(exp.IntDiv, microseconds, exp.Literal.number(1000))


def _timestamp(stored: exp.Expr, type: Type) -> exp.Expr:
    """A column of times. Functions take a TIMESTAMP_MS through TIMESTAMP_NS, which is too short for it."""
    if type.unit == "ms" and not type.zone:
        return exp.TryCast(this=stored, to=exp.DataType.build("TIMESTAMP"))
    return stored


def _calendar(emitter: Emitter, node: Typed) -> exp.Expr:
    (x,) = node.args
    if x.type.kind == "date":
        day = emitter.repeatable(emitter.expression(x))
        return text.case((_between(text.call("YEAR", day), 1, 9999), _field(node.op, day)))
    ticks = emitter.repeatable(emitter.expression(x))
    field = _field(node.op, _local(emitter, x, ticks))
    if x.type.unit != "ns":
        return text.case((_between(ticks, *_bounds(x.type)), field))
    if x.type.zone in ("", "UTC"):
        return field
    return text.case((text.binary(exp.LT, ticks, exp.Literal.number(END_OF_ZONES * 10**9)), field))


def _field(op: str, moment: exp.Expr) -> exp.Expr:
    return text.cast(moment, "DATE") if op == "date" else text.call(_FIELDS[op], moment)


def _between(x: exp.Expr, low: int, high: int) -> exp.Expr:
    return exp.Between(this=text.closed(x, 5), low=exp.Literal.number(low), high=exp.Literal.number(high))


def _local(emitter: Emitter, x: Typed, ticks: exp.Expr) -> exp.Expr:
    """The TIMESTAMP on the wall clock of the type's zone, whatever the zone of the session."""
    zone = x.type.zone
    if x.op == "column" and x.type.unit != "ns":
        stored = _timestamp(emitter.physical(x), x.type)
        return exp.AtTimeZone(this=stored, zone=text.string(zone)) if zone else stored
    moment: exp.Expr = text.call("MAKE_TIMESTAMP", _microseconds(ticks, x.type.unit))
    if zone in ("", "UTC"):
        return moment
    return exp.AtTimeZone(this=exp.AtTimeZone(this=moment, zone=text.string("UTC")), zone=text.string(zone))


def _microseconds(ticks: exp.Expr, unit: str) -> exp.Expr:
    thousand = exp.Literal.number(1000)
    if unit == "ms":
        return text.binary(exp.Mul, ticks, thousand)
    if unit == "us":
        return ticks
    below = text.binary(exp.LT, text.binary(exp.Mod, ticks, thousand), exp.Literal.number(0))
    return text.binary(exp.Sub, text.binary(exp.IntDiv, ticks, thousand), text.cast(below, "BIGINT"))


def _bounds(type: Type) -> tuple[int, int]:
    """The counts whose year is 1 to 9999, in UTC and on the clock of the zone, in which it is 2099 at most."""
    per_second = _PER_SECOND[type.unit]
    low, high = -62_135_596_800, 253_402_300_800
    if type.zone not in ("", "UTC"):
        low, high = max(low, low - _first_offset(type.zone)), END_OF_ZONES
    return low * per_second, high * per_second - 1


def _first_offset(zone: str) -> int:
    """How many seconds the clocks of a zone were ahead of UTC in the year 1."""
    from zoneinfo import ZoneInfo

    offset = datetime(1, 1, 15, tzinfo=UTC).astimezone(ZoneInfo(zone)).utcoffset()
    return int((offset or timedelta()).total_seconds())


TIME: dict[str, Writer] = {
    **dict.fromkeys((*_FIELDS, "date"), _calendar),
    "column": _column,
}
