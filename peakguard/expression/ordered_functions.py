"""Functions that look at earlier rows, in the declared order and within the declared groups."""

from __future__ import annotations

from typing import Any

from peakguard.expression import arithmetic, build, relation
from peakguard.expression.fault import Fault
from peakguard.expression.limits import MAX_ROWS_BACK
from peakguard.expression.signature import ORDERED, Called, Function, constant, value
from peakguard.expression.typed import FINITE, INFINITE, NAN, Typed
from peakguard.expression.types import FLOAT64, INT64


def before(x: Typed, n: int, start: int, end: int) -> Typed:
    """The value `n` rows earlier, null where there is none."""
    made = build.node("prev", (x,), x.type, start, end, n)
    made.nullable = made.unknown = True
    made.low, made.high = x.low, x.high
    return made


def _prev(call: Called) -> Typed:
    return before(call.args[0], call.options["n"], call.start, call.end)


def _delta(call: Called) -> Typed | Fault:
    (x,) = call.args
    return _single(arithmetic.binary("-", x, before(x, 1, call.start, call.end), call.start, call.end))


def _pct_change(call: Called) -> Typed | Fault:
    x = build.to_float(call.args[0])
    ratio = arithmetic.floats("div", x, before(x, 1, call.start, call.end), call.start, call.end)
    return arithmetic.floats("sub", ratio, build.literal(1.0, FLOAT64, call.start, call.end), call.start, call.end)


def _changed(call: Called) -> Typed | Fault:
    (x,) = call.args
    return relation.compare("!=", x, before(x, 1, call.start, call.end))


def _rolling(call: Called) -> Typed:
    (x,) = call.args
    if call.function in ("rolling_mean", "rolling_std"):
        x = build.to_float(x)
    made = build.node(call.function, (x,), x.type, call.start, call.end, call.options["n"])
    made.nullable = made.unknown = True
    if call.function in ("rolling_min", "rolling_max"):
        made.low, made.high = x.low, x.high
    else:
        made.special = _summed(x)
        made.computed = x.type.kind == "float64"
    return made


def _cumulated(call: Called) -> Typed:
    (x,) = call.args
    made = build.node(call.function, (x,), x.type, call.start, call.end, copies=2)
    if call.function == "cum_sum":
        made.nullable = made.nullable or x.type.kind == "int64"
        made.special = _summed(x)
        made.computed = x.type.kind == "float64"
    else:
        made.low, made.high = x.low, x.high
    return made


def _summed(x: Typed) -> int:
    if x.type.kind != "float64":
        return FINITE
    return INFINITE if x.special == FINITE else NAN


def _since(call: Called) -> Typed:
    made = build.node("since", tuple(call.args), INT64, call.start, call.end)
    made.nullable = made.unknown = True
    made.low = 0
    made.high = 2**32
    return made


def _first(call: Called) -> Typed:
    (x,) = call.args
    made = build.node("first", (x,), x.type, call.start, call.end)
    made.low, made.high = x.low, x.high
    return made


def _single(made: Typed | list[Fault]) -> Typed | Fault:
    return made[0] if isinstance(made, list) else made


def _is_count(n: Any) -> bool:
    return type(n) is int and 1 <= n <= MAX_ROWS_BACK


_ROWS = "a whole number of rows from 1"
_REAL = "an int64 or float64"
_ROLLING = Function(ORDERED, (value("x", _REAL), constant("n", _ROWS, _is_count)), _rolling)
_CUMULATED = Function(ORDERED, (value("x", _REAL),), _cumulated)

FUNCTIONS: dict[str, Function] = {
    "changed": Function(ORDERED, (value("x", "a value"),), _changed),
    "cum_max": _CUMULATED,
    "cum_min": _CUMULATED,
    "cum_sum": _CUMULATED,
    "delta": Function(ORDERED, (value("x", "a number or time"),), _delta),
    "first": Function(ORDERED, (value("x", "a value"),), _first),
    "pct_change": Function(ORDERED, (value("x", _REAL),), _pct_change),
    "prev": Function(ORDERED, (value("x", "a value"), constant("n", _ROWS, _is_count, 1)), _prev),
    "rolling_max": _ROLLING,
    "rolling_mean": _ROLLING,
    "rolling_min": _ROLLING,
    "rolling_std": _ROLLING,
    "rolling_sum": _ROLLING,
    "since": Function(ORDERED, (value("event", "a bool"),), _since),
}
