"""Draws values for columns: within their bounds, near those of the row before, now and then missing."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from peakguard.expression.limits import MAX_INTEGER, MIN_INTEGER
from peakguard.expression.types import Column, Type
from peakguard.kinds.contract.model import Column as Declared
from peakguard.kinds.contract.sample.strings import string_for
from peakguard.language.typed import Shape, column_of

PER_SECOND = {"ms": 10**3, "us": 10**6, "ns": 10**9}
START = date(2024, 1, 1)
_EPOCH = date(1970, 1, 1)
_NULL_EVERY = 17
"""A nullable column misses each 17th value."""
_TRIES = 100
_POOL = 12
"""How many different strings a column has that says nothing of them."""


def seconds_of(day: date) -> int:
    """Midnight of a day as seconds from 1970, in which times are counted."""
    return (day - _EPOCH).days * 86_400


class Cells:
    """One column's source of values; a source of chance of its own keeps columns apart from each other."""

    def __init__(self, declared: Declared, column: Column, seed: str, *, is_varied: bool) -> None:
        self._declared = declared
        self._column = column
        self._source = Random(seed)  # noqa: S311 # sample data, not secrets
        self._drawn = 0
        self._pool = None if is_varied else [self._present() for _ in range(_POOL)]
        if column.type.kind not in ("string", "enum") or declared.values is not None:
            self._pool = None

    def draw(self, level: float | None = None) -> Any:
        """The next value. `level` is where a float without narrow bounds should lie near."""
        self._drawn += 1
        if self._column.nullable and self._drawn % _NULL_EVERY == 0:
            return None
        return self._present(level)

    def present(self) -> Any:
        """A value that is not missing."""
        return self._present()

    def fresh(self) -> Any:
        """A value that is not missing, and seldom one that was drawn before."""
        self._pool = None
        return self._present()

    def _present(self, level: float | None = None) -> Any:
        declared, source = self._declared, self._source
        if declared.values is not None and declared.list is None and declared.record is None:
            # Each value in turn, before chance has its way.
            values = [value for value in declared.values if value not in (declared.not_in or ())]
            return values[self._drawn - 1] if 0 < self._drawn <= len(values) else source.choice(values)
        if self._column.type.kind == "binary":
            least, most = declared.min_length or 0, declared.max_length
            return source.randbytes(max(least, 4) if most is None else max(least, min(4, most)))
        if self._column.type.kind == "string":
            pool = getattr(self, "_pool", None)
            return source.choice(pool) if pool else self._string()
        return self._allowed(lambda: self._stepped(value_of(declared, self._column, source, level)))

    def _stepped(self, value: Any) -> Any:
        """The multiple that is next to a value, within the bounds if one is."""
        step = self._declared.multiple_of
        if step is None:
            return value
        below = value // step * step
        return below if self._column.least is None or below >= self._column.least else below + step

    def _string(self) -> str:
        text: str = self._allowed(self._text)
        return text

    def _allowed(self, draw: Callable[[], Any]) -> Any:
        """A value that `not_in` does not refuse."""
        refused = self._declared.not_in or ()
        value = draw()
        for _ in range(_TRIES):
            if value not in refused:
                break
            value = draw()
        return value

    def _text(self) -> str:
        declared = self._declared
        begin, end = declared.starts_with or "", declared.ends_with or ""
        middle = declared.contains or ""
        if not (begin or end or middle):
            return self._letters_or_match()
        if middle in begin or middle in end:
            middle = ""
        fixed = len(begin) + len(middle) + len(end)
        least, most = declared.min_length or 0, declared.max_length
        length = max(least - fixed, 3) if most is None else max(min(max(least - fixed, 3), most - fixed), 0)
        return begin + _letters(self._source, length) + middle + end

    def _letters_or_match(self) -> str:
        least, most = self._declared.min_length or 0, self._declared.max_length
        if self._declared.matches is not None:
            found = string_for(self._declared.matches, self._source, least, most)
            return found if found is not None else ""
        length = self._source.randint(max(least, 4), max(least, 8))
        return _letters(self._source, length if most is None else min(length, most))


def value_of(shape: Shape, column: Column, source: Random, level: float | None = None) -> Any:
    """A value of a type, lists and records included, without regard to what was drawn before."""
    if shape.record is not None:
        return {name: _inner(field, source) for name, field in shape.record.items()}
    if shape.list is not None:
        return [_inner(shape.list, source) for _ in range(source.randint(1, 3))]
    if shape.values is not None:
        return source.choice(shape.values)
    if column.type.kind == "float64":
        return _float(column, source, level)
    return _DRAWS[column.type.kind](column, source)


def _inner(shape: Shape, source: Random) -> Any:
    if shape.nullable and source.random() < 1 / _NULL_EVERY:
        return None
    return value_of(shape, column_of(shape), source)


def _float(column: Column, source: Random, level: float | None) -> float:
    low = None if column.least is None else float(column.least)
    high = None if column.most is None else float(column.most)
    if low is not None and high is not None and high - low < 1e5:
        return _tidy(source.uniform(low, high), column)
    near = level if level is not None else source.uniform(10.0, 500.0)
    value = near * math.exp(source.gauss(0.0, 0.003))
    if low is not None and value < low:
        value = low + abs(value)
    if high is not None and value > high:
        value = high - abs(value)
    return _tidy(value, column)


def _tidy(value: float, column: Column) -> float:
    """Few digits where the bounds allow it, as people write numbers."""
    for digits in (2, 4):
        short = round(value, digits)
        if (column.least is None or short >= column.least) and (column.most is None or short <= column.most):
            return short
    low, high = column.least, column.most
    return min(max(value, -math.inf if low is None else float(low)), math.inf if high is None else float(high))


def _integer(column: Column, source: Random) -> int:
    low, high = _window(column, 1000, MIN_INTEGER, MAX_INTEGER)
    return source.randint(math.ceil(low), math.floor(high))


def _decimal(column: Column, source: Random) -> Decimal:
    type = column.type
    step = Decimal(1).scaleb(-type.scale)
    most = Decimal(10) ** (type.precision - type.scale) - step
    low, high = _window(column, 1000, -most, most)
    span = int((Decimal(high) - Decimal(low)) / step)
    return Decimal(low) + step * source.randint(0, span)


def _window(column: Column, width: int, least: Any, most: Any) -> tuple[Any, Any]:
    """Bounds of at most a width, from the bound that is stated or from zero upward."""
    low = column.least if column.least is not None else None
    high = column.most if column.most is not None else None
    if low is None:
        low = 0 if high is None or high >= 0 else high - width
    if high is None or high > low + width:
        high = low + width
    return max(low, least), min(high, most)


def _string(column: Column, source: Random) -> str:
    return _letters(source, source.randint(4, 8))


def _letters(source: Random, length: int) -> str:
    return "".join(source.choice("abcdefghijklmnopqrstuvwxyz") for _ in range(length))


def _date(column: Column, source: Random) -> date:
    return START + timedelta(days=source.randrange(365))


def _datetime(column: Column, source: Random) -> int:
    return (seconds_of(START) + source.randrange(365 * 86_400)) * ticks(column.type)


def _duration(column: Column, source: Random) -> int:
    return source.randint(1, 86_400) * ticks(column.type)


def ticks(type: Type) -> int:
    """How many steps of a time's unit make a second."""
    return PER_SECOND[type.unit or "us"]


_DRAWS: dict[str, Callable[[Column, Random], Any]] = {
    "binary": lambda column, source: source.randbytes(source.randint(4, 8)),
    "bool": lambda column, source: source.random() < 0.5,
    "date": _date,
    "datetime": _datetime,
    "decimal": _decimal,
    "duration": _duration,
    "enum": lambda column, source: source.choice(column.type.values),
    "int64": _integer,
    "string": _string,
}
"""By kind of type."""


def held(type: Type, target: Any) -> Any:
    """A value as its type holds it."""
    if target is not None and type.kind == "float64":
        return float(target)
    if isinstance(target, float) and type.kind in ("int64", "datetime", "duration"):
        return round(target)
    if target is not None and type.kind == "decimal":
        return to_scale(target, type.scale)
    return target


def to_scale(value: Any, scale: int) -> Any:
    from decimal import ROUND_HALF_EVEN, Decimal

    return Decimal(value).quantize(Decimal(1).scaleb(-scale), ROUND_HALF_EVEN)
