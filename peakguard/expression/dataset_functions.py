"""Functions that make one value of all rows, or of all rows of a group. Nulls are left out; NaN is not."""

from __future__ import annotations

from typing import Any

from peakguard.expression import arithmetic, build
from peakguard.expression.fault import Fault
from peakguard.expression.signature import DATASET, SPREAD, Called, Function, constant, value
from peakguard.expression.typed import FINITE, INFINITE, NAN, Typed
from peakguard.expression.types import FLOAT64, INT64, Type


def _aggregate(op: str, args: tuple[Typed, ...], type: Type, start: int, end: int, constant: Any = None) -> Typed:
    made = build.node(op, args, type, start, end, constant, copies=2)
    # A null among the rows is left out, so it never makes the result unknown.
    made.unknown = False
    return made


def _count(call: Called) -> Typed:
    made = _aggregate("count", tuple(call.args), INT64, call.start, call.end)
    made.nullable = False
    made.low, made.high = 0, 2**32
    return made


def _distinct(call: Called) -> Typed:
    made = _aggregate("n_unique", tuple(call.args), INT64, call.start, call.end)
    made.nullable = False
    made.low, made.high = 0, 2**32
    return made


def _sum(call: Called) -> Typed:
    (x,) = call.args
    made = _aggregate("sum", (x,), x.type, call.start, call.end)
    made.nullable = x.type.kind == "int64"
    if x.type.kind == "float64":
        made.special = INFINITE if x.special == FINITE else NAN
        made.computed = True
    return made


def _extreme(call: Called) -> Typed:
    (x,) = call.args
    made = _aggregate(f"{call.function}_of", (x,), x.type, call.start, call.end)
    made.nullable = True
    made.low, made.high = x.low, x.high
    return made


def _statistic(call: Called) -> Typed:
    return _float_of(call.function, build.to_float(call.args[0]), call, call.options.get("q"))


def _float_of(op: str, x: Typed, call: Called, constant: Any = None) -> Typed:
    made = _aggregate(op, (x,), FLOAT64, call.start, call.end, constant)
    made.nullable = True
    made.special = INFINITE if x.special == FINITE else NAN
    made.computed = True
    return made


def _share(call: Called) -> Typed:
    made = _aggregate("share", tuple(call.args), FLOAT64, call.start, call.end)
    made.nullable = True
    made.computed = True
    return made


def _zscore(call: Called) -> Typed:
    x = build.to_float(call.args[0])
    distance = arithmetic.floats("sub", x, _float_of("mean", x, call), call.start, call.end)
    return arithmetic.floats("div", distance, _float_of("std", x, call), call.start, call.end)


def _mad(call: Called) -> Typed | Fault:
    x = build.to_float(call.args[0])
    distance = arithmetic.floats("sub", x, _float_of("median", x, call), call.start, call.end)
    return _float_of("median", build.node("abs", (distance,), FLOAT64, call.start, call.end), call)


def _is_share(q: Any) -> bool:
    return isinstance(q, (int, float)) and not isinstance(q, bool) and 0 <= q <= 1


_REAL = "an int64 or float64"
_STATISTIC = Function(DATASET, (value("x", _REAL),), _statistic)

FUNCTIONS: dict[str, Function] = {
    "count": Function(DATASET, (value("condition", "a bool"),), _count),
    "mad": Function(DATASET, (value("x", _REAL),), _mad),
    "mean": _STATISTIC,
    "median": _STATISTIC,
    "n_unique": Function(DATASET, (value("x", "a value"),), _distinct),
    "quantile": Function(DATASET, (value("x", _REAL), constant("q", "a number from 0 to 1", _is_share)), _statistic),
    "share": Function(DATASET, (value("condition", "a bool"),), _share),
    "std": _STATISTIC,
    "sum": Function(DATASET, (value("x", _REAL),), _sum),
    "zscore": Function(SPREAD, (value("x", _REAL),), _zscore),
}

OF_ROWS = frozenset({"mad", "mean", "median", "quantile", "std", "zscore"})
"""What a rule of rows may ask as well: how a row stands among all rows, or among those of its group."""

ALONE: dict[str, Function] = {
    "count": Function(DATASET, (), _count),
    "max": Function(DATASET, (value("x", "a number or time"),), _extreme),
    "min": Function(DATASET, (value("x", "a number or time"),), _extreme),
}
"""What a name means with fewer arguments than its entry above, or than the row function of that name, takes."""
