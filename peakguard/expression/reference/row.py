"""What each operation on one row means.

Values: bool, int, float, Decimal, str, date; a datetime or duration is an int in the unit of its type,
counted from 1970 (in UTC, or on the wall clock if naive); None is null. Zero has no sign.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_EVEN, Context, Decimal
from typing import Any

from peakguard.expression.limits import END_OF_ZONES, MAX_INTEGER, MIN_INTEGER
from peakguard.expression.reference import pattern
from peakguard.expression.typed import Typed
from peakguard.expression.types import Type

_NAN, _INFINITY = float("nan"), float("inf")
_EXACT = Context(prec=100, rounding=ROUND_HALF_EVEN)
_LOWER = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "abcdefghijklmnopqrstuvwxyz")
_UPPER = str.maketrans("abcdefghijklmnopqrstuvwxyz", "ABCDEFGHIJKLMNOPQRSTUVWXYZ")
_PER_SECOND = {"ms": 10**3, "us": 10**6, "ns": 10**9}


def apply(node: Typed, values: Sequence[Any]) -> Any:
    """The value of an operation for the values of its arguments: null if one of them is, but for a few."""
    if node.op in SEES_NULL:
        return SEES_NULL[node.op](*values)
    if any(each is None for each in values):
        return None
    result = ROW[node.op](node, *values)
    if type(result) is int and not MIN_INTEGER <= result <= MAX_INTEGER:
        return None
    return result


def kleene_and(*values: bool | None) -> bool | None:
    """False if one is false, else unknown if one is unknown."""
    if any(each is False for each in values):
        return False
    return None if any(each is None for each in values) else True


def kleene_or(*values: bool | None) -> bool | None:
    """True if one is true, else unknown if one is unknown."""
    if any(each is True for each in values):
        return True
    return None if any(each is None for each in values) else False


def _if(condition: bool | None, then: Any, other: Any) -> Any:
    return None if condition is None else then if condition else other


def _coalesce(*values: Any) -> Any:
    return next((each for each in values if each is not None), None)


def _is_null(value: Any) -> bool:
    return value is None


def _add(node: Typed, a: Any, b: Any) -> Any:
    return _EXACT.add(a, b) if isinstance(a, Decimal) else a + b


def _sub(node: Typed, a: Any, b: Any) -> Any:
    if isinstance(a, Decimal):
        return _EXACT.subtract(a, b)
    return (a - b).days * 86_400_000 if isinstance(a, date) else a - b


def _mul(node: Typed, a: Any, b: Any) -> Any:
    return _EXACT.multiply(a, b) if isinstance(a, Decimal) else a * b


def _div(node: Typed, a: float, b: float) -> float:
    if b == 0:
        return _NAN if a == 0 or a != a else math.copysign(_INFINITY, a)
    return a / b


def _floordiv(node: Typed, a: int, b: int) -> int | None:
    return a // b if b else None


def _mod(node: Typed, a: int, b: int) -> int | None:
    return a % b if b else None


def _to_float(node: Typed, value: Any) -> float:
    """The nearest float."""
    return float(value)


def _rescale(node: Typed, value: int) -> int:
    factor: int = node.value
    return value * factor


def _extreme(prefers: Callable[[Any, Any], bool]) -> Callable[..., Any]:
    def extreme(node: Typed, *values: Any) -> Any:
        if any(each != each for each in values):
            return _NAN
        best = values[0]
        for each in values[1:]:
            best = each if prefers(each, best) else best
        return best

    return extreme


def _sign(node: Typed, value: Any) -> Any:
    if value == 0 or value != value:
        return value
    one = 1.0 if isinstance(value, float) else 1
    return one if value > 0 else -one


def _whole(rounding: Callable[[float], int]) -> Callable[[Typed, float], int | None]:
    return lambda node, value: rounding(value) if math.isfinite(value) else None


def _sqrt(node: Typed, value: float) -> float:
    return math.sqrt(value) if value >= 0 else _NAN


def _log(node: Typed, value: float) -> float:
    if value > 0:
        return math.log(value)
    return -_INFINITY if value == 0 else _NAN


def _exp(node: Typed, value: float) -> float:
    try:
        return math.exp(value)
    except OverflowError:
        return _INFINITY


def _close(node: Typed, a: float, b: float) -> bool:
    relative, absolute = node.value
    if a == b:
        return True
    return math.isfinite(a) and math.isfinite(b) and abs(a - b) <= max(relative * max(abs(a), abs(b)), absolute)


def _matches(node: Typed, value: str) -> bool:
    return pattern.matches(node.value, value)


def _calendar(read: Callable[[date], Any]) -> Callable[[Typed, Any], Any]:
    def calendar(node: Typed, value: Any) -> Any:
        moment = value if isinstance(value, date) else local(value, node.args[0].type)
        return None if moment is None else read(moment)

    return calendar


def local(count: int, type: Type) -> datetime | None:
    """A time on the clock of its own zone, or None outside the years 1 to 9999, in a zone but UTC from 2100 on."""
    seconds, rest = divmod(count, _PER_SECOND[type.unit])
    microseconds = rest * 10**6 // _PER_SECOND[type.unit]
    try:
        moment = datetime(1970, 1, 1) + timedelta(seconds=seconds, microseconds=microseconds)  # noqa: DTZ001 # the zone follows
        if not type.zone:
            return moment
        if type.zone != "UTC" and seconds >= END_OF_ZONES:
            return None
        from datetime import UTC
        from zoneinfo import ZoneInfo

        return moment.replace(tzinfo=UTC).astimezone(ZoneInfo(type.zone))
    except OverflowError:
        return None


ROW: dict[str, Callable[..., Any]] = {
    "abs": lambda node, x: _EXACT.abs(x) if isinstance(x, Decimal) else abs(x),
    "add": _add,
    "ceil": _whole(math.ceil),
    "close": _close,
    "contains": lambda node, x, part: part in x,
    "date": _calendar(lambda moment: date(moment.year, moment.month, moment.day)),
    "day": _calendar(lambda moment: moment.day),
    "decimal": lambda node, x: Decimal(x),
    "div": _div,
    "ends_with": lambda node, x, part: x.endswith(part),
    "eq": lambda node, a, b: a == b,
    "exp": _exp,
    "field": lambda node, record: record[node.value],
    "float": _to_float,
    "floor": _whole(math.floor),
    "floordiv": _floordiv,
    "ge": lambda node, a, b: a >= b,
    "gt": lambda node, a, b: a > b,
    "hour": _calendar(lambda moment: moment.hour if isinstance(moment, datetime) else 0),
    "in": lambda node, x: x in node.value,
    "is_finite": lambda node, x: math.isfinite(x),
    "is_nan": lambda node, x: math.isnan(x),
    "le": lambda node, a, b: a <= b,
    "len": lambda node, x: len(x),
    "log": _log,
    "lower": lambda node, x: x.translate(_LOWER),
    "lt": lambda node, a, b: a < b,
    "matches": _matches,
    "max": _extreme(lambda each, best: each > best),
    "min": _extreme(lambda each, best: each < best),
    "mod": _mod,
    "month": _calendar(lambda moment: moment.month),
    "mul": _mul,
    "ne": lambda node, a, b: a != b,
    "neg": lambda node, x: _EXACT.minus(x) if isinstance(x, Decimal) else -x,
    "not": lambda node, x: not x,
    "rescale": _rescale,
    "round": _whole(round),
    "sign": _sign,
    "sqrt": _sqrt,
    "starts_with": lambda node, x, part: x.startswith(part),
    "sub": _sub,
    "upper": lambda node, x: x.translate(_UPPER),
    "weekday": _calendar(lambda moment: moment.isoweekday()),
    "year": _calendar(lambda moment: moment.year),
}
"""By operation: a function of the node and the values of its arguments, none of them null."""

SEES_NULL: dict[str, Callable[..., Any]] = {
    "and": kleene_and,
    "coalesce": _coalesce,
    "if": _if,
    "is_null": _is_null,
    "or": kleene_or,
}
"""By operation: a function of the values of its arguments, which may be null."""
