"""Python's objects as the canonical values of a type, exactly or not at all, and back.

Canonical: bool, int, float, Decimal, str, date; a datetime or duration is an int in the unit of its type,
counted from 1970 (in UTC, or on the wall clock if naive); None is null, as is NaT.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any, Literal, TypeAlias

from peakguard.runtime.scalar_functions import EXACT

Reader: TypeAlias = Callable[[Any], Any]
Reason: TypeAlias = Literal["type", "range", "inexact", "form", "naive", "aware", "not listed"]

_TYPE = re.compile(r"(\w+)(?:[\[(]\s*(\w+)\s*(?:,\s*([^\])]+?)\s*)?[\])])?")
_LIMIT = 2**63


class NotAValue(ValueError):
    """An object that is no value of a type, and why: `reason` is one of a few words."""

    def __init__(self, value: Any, type: str, reason: Reason) -> None:
        super().__init__(f"{_shown(value)} is no {type} ({reason})")
        self.value = value
        self.type = type
        self.reason: Reason = reason


def _shown(value: Any) -> str:
    try:
        return repr(value)
    except Exception:  # noqa: BLE001 # times of pandas of far years have no repr
        return f"a {value.__class__.__qualname__}"


@lru_cache(maxsize=1024)
def reader(type: str, values: frozenset[str] | None = None) -> Reader:
    """A function from Python's objects to canonical values of a type in its text form, such as `decimal(18,8)`.

    It takes what holds the value exactly: numpy and pandas scalars, an int for a float64 or decimal if no digit
    is lost, ISO 8601 texts for dates, times and decimals' digits, counts for times. A naive time where the type
    has a zone, or the reverse, is refused, never guessed. `values` are those of an enum. Raises NotAValue.
    """
    kind, first, second = parts(type)
    if kind in ("datetime", "duration"):
        from peakguard.runtime import times

        read = times.duration_reader(type, first or "us") if kind == "duration" else times.reader(type, first, second)
    elif kind == "decimal":
        read = _decimal(type, int(first), int(second))
    elif kind == "enum":
        read = _enum(values)
    else:
        read = _PLAIN[kind]
    own = _CANONICAL_AS_IT_IS.get(kind)
    return lambda value: value if value is None or value.__class__ is own else read(value)


@lru_cache(maxsize=1024)
def restorer(type: str) -> Reader:
    """The way back: times as datetime or timedelta, or as their count where these cannot hold it exactly."""
    kind, first, second = parts(type)
    if kind not in ("datetime", "duration"):
        return lambda value: value
    from peakguard.runtime import times

    restore = times.duration_restorer(first or "us") if kind == "duration" else times.restorer(first, second)
    return lambda value: None if value is None else restore(value)


def parts(type: str) -> tuple[str, str, str]:
    """The kind of a type and its one or two arguments, `""` where there are none."""
    match = _TYPE.fullmatch(type)
    assert match is not None, type
    return match[1], match[2] or "", match[3] or ""


def plain(value: Any) -> Any:
    """A scalar of numpy as Python's own; other objects as they are."""
    return value.item() if value.__class__.__module__ == "numpy" and hasattr(value, "item") else value


def count(value: int, type: str) -> int:
    """An int that fits int64."""
    if not -_LIMIT <= value < _LIMIT:
        raise NotAValue(value, type, "range")
    return value


def _bool(value: Any) -> bool:
    found = plain(value)
    if not isinstance(found, bool):
        raise NotAValue(value, "bool", "type")
    return found


def _int(value: Any) -> int:
    found = value if value.__class__ is int else plain(value)
    if not isinstance(found, int) or isinstance(found, bool):
        raise NotAValue(value, "int64", "type")
    return count(int(found), "int64")


def _float(value: Any) -> float:
    found = plain(value)
    if isinstance(found, float):
        return float(found)
    if not isinstance(found, int) or isinstance(found, bool):
        raise NotAValue(value, "float64", "type")
    if abs(found) >= _LIMIT or int(float(found)) != found:
        raise NotAValue(value, "float64", "inexact")
    return float(found)


def _string(value: Any) -> str:
    if not isinstance(value, str):
        raise NotAValue(value, "string", "type")
    if not value.isascii():
        try:
            value.encode()
        except UnicodeEncodeError:
            # A lone surrogate is no character, and no other back end can hold it.
            raise NotAValue(value, "string", "form") from None
    return str(value)


def _enum(values: Collection[str] | None) -> Reader:
    def read(value: Any) -> str:
        found = _string(value)
        if values is not None and found not in values:
            raise NotAValue(value, "enum", "not listed")
        return found

    return read


def _date(value: Any) -> date | None:
    from datetime import datetime

    if value.__class__.__name__ == "datetime64":
        value = _day_of(value)
    if isinstance(value, str):
        if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
            raise NotAValue(value, "date", "form")
        try:
            return date.fromisoformat(value)
        except ValueError:
            raise NotAValue(value, "date", "form") from None
    if value is not None and (not isinstance(value, date) or isinstance(value, datetime)):
        raise NotAValue(value, "date", "type")
    found: date | None = value
    return found


def _day_of(value: Any) -> Any:
    """What a datetime64 that counts days says; one that counts seconds says more than a day."""
    return value.item() if value.dtype.str.endswith("[D]") else value


def _decimal(type: str, precision: int, scale: int) -> Reader:
    last_place = Decimal(1).scaleb(-scale)

    def read(value: Any) -> Decimal:
        found = plain(value)
        if isinstance(found, str) and re.fullmatch(r"[+-]?[0-9]{1,40}(?:\.[0-9]{1,40})?", found, re.ASCII):
            found = Decimal(found)
        if isinstance(found, bool) or not isinstance(found, (int, Decimal)):
            raise NotAValue(value, type, "form" if isinstance(found, str) else "type")
        number = Decimal(found)
        if not number:
            return Decimal(0)
        if not number.is_finite() or number.adjusted() >= precision - scale:
            raise NotAValue(value, type, "range")
        if EXACT.quantize(number, last_place) != number:
            raise NotAValue(value, type, "inexact")
        return number

    return read


_CANONICAL_AS_IT_IS = {"bool": bool, "date": date, "float64": float}
"""Kinds of which every object of exactly this class is a value."""
_PLAIN: dict[str, Reader] = {"bool": _bool, "date": _date, "float64": _float, "int64": _int, "string": _string}
