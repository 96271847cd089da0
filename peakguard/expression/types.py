"""The one grammar of data types, shared by all kinds of policies."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from decimal import Decimal

UNITS = ("ms", "us", "ns")
"""Units of time, coarse to fine."""
MAX_PRECISION = 38

_DATETIME = re.compile(r"datetime(?:\[\s*([A-Za-z]*)\s*(?:(,)\s*([^\[\]]*?)\s*)?\])")
_DECIMAL = re.compile(r"decimal\(\s*([0-9]{1,4})\s*,\s*([0-9]{1,4})\s*\)")
_DURATION = re.compile(r"duration\[\s*([A-Za-z]*)\s*\]")
_ZONE = re.compile(r"[A-Za-z][A-Za-z0-9_+-]*(?:/[A-Za-z0-9_+-]+)*", re.ASCII)


class Type(NamedTuple):
    """A data type. `str()` gives its text form; values of an enum and fields of a record are carried apart.

    `unit` belongs to datetime and duration (`""`: any), `zone` to datetime (`""`: naive),
    `precision` and `scale` to decimal, `values` to enum, `fields` to record, `element` to list.
    """

    kind: str
    unit: str = ""
    zone: str = ""
    precision: int = 0
    scale: int = 0
    values: tuple[str, ...] = ()
    fields: tuple[tuple[str, Column], ...] = ()
    element: tuple[Column, ...] = ()

    def __str__(self) -> str:
        if self.kind == "decimal":
            return f"decimal({self.precision},{self.scale})"
        if self.kind == "datetime" and self.unit:
            return f"datetime[{self.unit}, {self.zone}]" if self.zone else f"datetime[{self.unit}]"
        if self.kind == "duration" and self.unit != "us":
            return f"duration[{self.unit}]"
        if self.kind == "list":
            return f"list of {self.element[0].type}"
        return self.kind

    def field(self, name: str) -> Column | None:
        """The field of a record, if it has one of that name."""
        return dict(self.fields).get(name)


class Column(NamedTuple):
    """A name that an expression may read: a column, a field of a record, an element of a list.

    `nullable`: it may be null. `finite`: it is neither NaN nor infinite; only floats are ever not.
    Back ends leave out guards on the strength of these promises, so whoever makes them also checks them.
    `unit` is the unit of measure, None for a dimensionless number. `least` and `most` bound a number;
    they serve conclusions such as "this is always true", and no back end relies on them.
    """

    type: Type
    nullable: bool = False
    finite: bool = True
    unit: str | None = None
    least: float | Decimal | None = None
    most: float | Decimal | None = None


class TypeFault(Exception):
    """A text that is no type: what is wrong with `text[start:end]`."""

    def __init__(self, start: int, end: int, problem: str) -> None:
        super().__init__(problem)
        self.start = start
        self.end = end
        self.problem = problem


BOOL = Type("bool")
INT64 = Type("int64")
FLOAT64 = Type("float64")
STRING = Type("string")
DATE = Type("date")
BINARY = Type("binary")
"""Bytes, which expressions ask only for their length and whether they are missing."""
DURATION = Type("duration", "us")
ANY_DATETIME = Type("datetime")

_PLAIN_TYPES = {str(each): each for each in (BOOL, INT64, FLOAT64, STRING, BINARY, DATE, DURATION, Type("enum"))}


def decimal(precision: int, scale: int) -> Type:
    """A decimal of `precision` digits, `scale` of them behind the point."""
    return Type("decimal", precision=precision, scale=scale)


def datetime(unit: str, zone: str = "") -> Type:
    """A point in time counted in `unit`; naive without a zone."""
    return Type("datetime", unit, zone)


def duration(unit: str) -> Type:
    """A length of time counted in `unit`."""
    return Type("duration", unit)


def enum(values: tuple[str, ...]) -> Type:
    """A string that is one of `values`."""
    return Type("enum", values=values)


def record(fields: Mapping[str, Column]) -> Type:
    """A record with these fields."""
    return Type("record", fields=tuple(fields.items()))


def list_of(element: Column) -> Type:
    """A list whose elements are like this one."""
    return Type("list", element=(element,))


def records(fields: Mapping[str, Column]) -> Type:
    """A list of records with these fields."""
    return list_of(Column(record(fields)))


@lru_cache(maxsize=1024)
def parse_type(text: str, loose: bool = False) -> Type:
    """The type that a text such as `decimal(18,8)` or `datetime[us, UTC]` names; raises TypeFault.

    `enum` comes without its values. With `loose`, a bare `datetime` stands for any unit and zone.
    `duration` counts microseconds, as `duration[us]`; `duration[ns]` and `duration[ms]` say otherwise.
    """
    plain = _PLAIN_TYPES.get(text)
    if plain is not None:
        return plain
    if text == "datetime":
        if loose:
            return ANY_DATETIME
        raise TypeFault(0, len(text), "a datetime needs its unit, such as datetime[us, UTC] or datetime[us]")
    if match := _DATETIME.fullmatch(text):
        return _datetime(match)
    if match := _DURATION.fullmatch(text):
        return duration(_unit(match))
    if match := _DECIMAL.fullmatch(text):
        return _decimal(match)
    raise TypeFault(0, len(text), _form_of(text))


def _datetime(match: re.Match[str]) -> Type:
    unit, comma, zone = _unit(match), match[2], match[3]
    if not comma:
        return datetime(unit)
    if not _ZONE.fullmatch(zone):
        raise TypeFault(*match.span(3), "a time zone has an IANA name, such as UTC or Europe/Berlin")
    if zone != "UTC" and not _is_known_zone(zone):
        raise TypeFault(*match.span(3), f"there is no time zone `{zone}`")
    return datetime(unit, zone)


def _unit(match: re.Match[str]) -> str:
    if match[1] not in UNITS:
        raise TypeFault(*match.span(1), "the unit of time is ns, us or ms")
    return match[1]


def _decimal(match: re.Match[str]) -> Type:
    precision, scale = int(match[1]), int(match[2])
    if not 1 <= precision <= MAX_PRECISION:
        raise TypeFault(*match.span(1), f"a decimal has 1 to {MAX_PRECISION} digits")
    if scale > precision:
        raise TypeFault(*match.span(2), "the scale is at most the precision")
    return decimal(precision, scale)


def _is_known_zone(zone: str) -> bool:
    """False only where the time zone database is present and lacks the name."""
    from zoneinfo import ZoneInfo

    try:
        ZoneInfo(zone)
    except (KeyError, ValueError, OSError):
        return not _has_database()
    return True


@lru_cache(maxsize=1)
def _has_database() -> bool:
    from zoneinfo import ZoneInfo

    try:
        ZoneInfo("America/New_York")
    except (KeyError, ValueError, OSError):
        return False
    return True


def _form_of(text: str) -> str:
    if text.startswith("decimal"):
        return "a decimal is written decimal(precision,scale), such as decimal(18,8)"
    if text.startswith("datetime"):
        return "a datetime is written datetime[unit] or datetime[unit, zone], such as datetime[us, UTC]"
    if text == "list":
        return "a list is written as a table, `list: {field: type}` for records or `list: string`"
    if text in ("record", "struct"):
        return "a record is written as a table, `record: {field: type}`"
    from difflib import get_close_matches

    near = get_close_matches(text, [*_PLAIN_TYPES, *_COMMON], n=1)
    meant = _COMMON.get(near[0], near[0]) if near else ""
    return f"did you mean {meant}?" if meant else "there is no type of that name"


_COMMON = {
    "int": "int64",
    "integer": "int64",
    "float": "float64",
    "double": "float64",
    "number": "float64",
    "str": "string",
    "text": "string",
    "boolean": "bool",
    "bytes": "binary",
    "blob": "binary",
    "timestamp": "datetime[us, UTC]",
    "timedelta": "duration",
    "interval": "duration",
}
