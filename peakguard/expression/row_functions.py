"""Functions of one row."""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import suppress
from datetime import date
from decimal import Decimal
from typing import Any

from peakguard.diagnostics import codes
from peakguard.expression import arithmetic, build, relation, types
from peakguard.expression.coercion import join
from peakguard.expression.fault import Fault, fault
from peakguard.expression.limits import MAX_INTEGER, MAX_POWER
from peakguard.expression.signature import ROW, Called, Function, constant, value
from peakguard.expression.typed import FINITE, INFINITE, NAN, Typed
from peakguard.expression.types import DATE, FLOAT64, INT64, STRING

_ISO_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def _absolute(call: Called) -> Typed:
    (x,) = call.args
    if x.type.kind == "int64":
        low = 0 if x.low <= 0 <= x.high else min(abs(x.low), abs(x.high))
        return build.whole("abs", (x,), low, max(abs(x.low), abs(x.high)), call.start, call.end)
    made = build.node("abs", (x,), x.type, call.start, call.end)
    made.nullable = made.nullable or (x.type.kind == "duration" and made.op != "literal")
    return made


def _extreme(call: Called) -> Typed | Fault:
    joined = join(call.function, call.args)
    if isinstance(joined, Fault):
        return joined
    return extreme(call.function, joined, call.start, call.end)


def extreme(op: str, args: list[Typed], start: int, end: int) -> Typed:
    """`min` or `max` of values of one type; null and NaN win over everything, in this order."""
    guarded = any(each.nullable or each.special == NAN for each in args)
    made = build.node(op, tuple(args), args[0].type, start, end, copies=3 if guarded else 1)
    if made.op != "literal":
        made.low, made.high = min(each.low for each in args), max(each.high for each in args)
    return made


def _clip(call: Called) -> Typed | Fault:
    joined = join("clip", call.args)
    if isinstance(joined, Fault):
        return joined
    x, low, high = joined
    return extreme("min", [extreme("max", [x, low], call.start, call.end), high], call.start, call.end)


def _between(call: Called) -> Typed | Fault:
    joined = join("between", call.args, instants=True)
    if isinstance(joined, Fault):
        return joined
    x, low, high = joined
    above, below = relation.compare("<=", low, x), relation.compare("<=", x, high)
    assert isinstance(above, Typed)
    assert isinstance(below, Typed)
    for each in (above, below):
        each.start, each.end = call.start, call.end
    return relation.logic("and", [above, below], call.start, call.end)


def _close(call: Called) -> Typed:
    a, b = map(build.to_float, call.args)
    tolerances = _tolerances(call.options)
    copies = 6 if max(a.special, b.special) > FINITE else 2
    return build.verdict("close", (a, b), call.start, call.end, tolerances, copies=copies)


def _tolerances(options: Mapping[str, Any]) -> tuple[float, float]:
    """The relative and the absolute tolerance; beside units in the last place or ticks there is no default."""
    relative, absolute = float(options["rel"]), float(options["abs"])
    if (options["ulp"] or options["tick"]) and relative == _CLOSE and not absolute:
        relative = 0.0
    # One unit in the last place is at most 2**-52 of a number. Half a tick more, for floats near a tick count as it.
    relative = max(relative, options["ulp"] * 2.0**-52)
    return relative, max(absolute, (options["ticks"] + 0.5) * options["tick"])


def _float_function(call: Called) -> Typed:
    x = build.to_float(call.args[0])
    made = build.node(call.function, (x,), FLOAT64, call.start, call.end)
    if made.op != "literal":
        made.special = max(x.special, INFINITE) if call.function == "exp" else NAN
    return made


def _whole_part(call: Called) -> Typed:
    made = build.node(call.function, tuple(call.args), INT64, call.start, call.end)
    made.nullable = made.nullable or made.op != "literal"
    return made


def _sign(call: Called) -> Typed:
    (x,) = call.args
    made = build.node("sign", (x,), x.type, call.start, call.end)
    if made.op != "literal":
        made.low, made.high = -1, 1
    return made


def _power(call: Called) -> Typed | Fault:
    (x,) = call.args
    made: Any = x
    if call.options["n"] == 0:
        one = {"decimal": Decimal(1), "float64": 1.0, "int64": 1}[x.type.kind]
        return build.literal(one, x.type, call.start, call.end)
    for _ in range(call.options["n"] - 1):
        made = arithmetic.binary("*", made, x, call.start, call.end)
        if isinstance(made, list):
            first: Fault = made[0]
            return first
    result: Typed = made
    return result


def _known(call: Called) -> Typed:
    made = build.verdict(call.function, tuple(call.args), call.start, call.end)
    if call.function == "is_null":
        made.nullable = made.unknown = False
    return made


def _coalesce(call: Called) -> Typed | Fault:
    joined = join("coalesce", call.args)
    if isinstance(joined, Fault):
        return joined
    kept: list[Typed] = []
    for each in joined:
        if each.op == "literal" and each.value is None:
            continue
        kept.append(each)
        if each.op == "literal":
            break
    if len(kept) == 1:
        return kept[0]
    made = build.node("coalesce", tuple(kept), joined[0].type, call.start, call.end)
    made.nullable = all(each.nullable for each in kept)
    made.unknown = all(each.unknown for each in kept)
    made.low, made.high = min(each.low for each in kept), max(each.high for each in kept)
    return made


def _to_float(call: Called) -> Typed:
    return build.to_float(call.args[0])


def _bounded(low: int, high: int, *, always: bool) -> Any:
    def make(call: Called) -> Typed:
        made = build.whole(call.function, tuple(call.args), low, high, call.start, call.end, copies=1 if always else 2)
        made.nullable = made.nullable or (not always and made.op != "literal")
        return made

    return make


def _text(call: Called) -> Typed:
    return build.node(call.function, tuple(call.args), STRING, call.start, call.end)


def _test(call: Called) -> Typed:
    return build.verdict(call.function, tuple(call.args), call.start, call.end)


def _matches(call: Called) -> Typed | Fault:
    return build.verdict("matches", tuple(call.args), call.start, call.end, call.options["pattern"])


def _date(call: Called) -> Typed | Fault:
    (x,) = call.args
    if x.type.kind == "string":
        return _written_date(x)
    made = build.node("date", (x,), DATE, call.start, call.end, copies=2)
    made.nullable = True
    return made


def _written_date(x: Typed) -> Typed | Fault:
    if x.op == "literal" and _ISO_DATE.fullmatch(x.value):
        with suppress(ValueError):
            return build.literal(date.fromisoformat(x.value), DATE, x.start, x.end)
    form = "a datetime, or a date as '2027-03-01'"
    return fault(codes.LITERAL_WANTED, x.start, x.end, function="date", parameter="x", form=form)


def _duration(milliseconds: int) -> Any:
    def make(call: Called) -> Typed:
        amount = Decimal(repr(call.options["n"])) * milliseconds
        return build.literal(int(amount), types.duration("ms"), call.start, call.end)

    def fits(amount: Any) -> bool:
        if isinstance(amount, bool) or not isinstance(amount, (int, float)):
            return False
        exact = Decimal(repr(amount)) * milliseconds
        return exact == exact.to_integral_value() and abs(exact) <= MAX_INTEGER

    return Function(ROW, (constant("n", "a number that makes whole milliseconds", fits),), make)


def _is_power(n: Any) -> bool:
    return type(n) is int and 0 <= n <= MAX_POWER


def _is_whole(value: Any) -> bool:
    return type(value) is int and 0 <= value <= 1_000_000


def _is_tolerance(size: Any) -> bool:
    return isinstance(size, (int, float)) and not isinstance(size, bool) and size >= 0


def _is_text(text: Any) -> bool:
    return isinstance(text, str)


def _of(expects: str, make: Any) -> Function:
    return Function(ROW, (value("x", expects),), make)


_REAL, _FLOAT, _TEXT, _DAY, _TIMED = (
    "an int64 or float64",
    "a float64",
    "a string",
    "a date or datetime",
    "a number or time",
)
_TOLERANCE = "a number from 0"
_STRINGS = (value("x", _TEXT), value("part", _TEXT))

_CLOSE = 1e-9
"""The relative tolerance of `close`, where none is stated."""

FUNCTIONS: dict[str, Function] = {
    "abs": _of("a number or duration", _absolute),
    "between": Function(ROW, (value("x", _TIMED), value("low", _TIMED), value("high", _TIMED)), _between),
    "ceil": _of(_FLOAT, _whole_part),
    "clip": Function(ROW, (value("x", _TIMED), value("low", _TIMED), value("high", _TIMED)), _clip),
    "close": Function(
        ROW,
        (
            value("a", _REAL),
            value("b", _REAL),
            constant("rel", _TOLERANCE, _is_tolerance, _CLOSE),
            constant("abs", _TOLERANCE, _is_tolerance, 0.0),
            constant("ulp", "a whole number", _is_whole, 0),
            constant("ticks", "a whole number", _is_whole, 0),
            constant("tick", _TOLERANCE, _is_tolerance, 0.0),
        ),
        _close,
    ),
    "coalesce": Function(ROW, (value("x", "a value"), value("y", "a value")), _coalesce, variadic=True),
    "contains": Function(ROW, _STRINGS, _test),
    "date": _of("a datetime, or a date as '2027-03-01'", _date),
    "day": _of(_DAY, _bounded(1, 31, always=False)),
    "days": _duration(86_400_000),
    "ends_with": Function(ROW, _STRINGS, _test),
    "exp": _of(_REAL, _float_function),
    "float": _of("a number", _to_float),
    "floor": _of(_FLOAT, _whole_part),
    "hour": _of("a datetime", _bounded(0, 23, always=False)),
    "hours": _duration(3_600_000),
    "is_finite": _of(_FLOAT, _known),
    "is_nan": _of(_FLOAT, _known),
    "is_null": _of("anything", _known),
    "len": _of("a string or bytes", _bounded(0, 2**31 - 1, always=True)),
    "log": _of(_REAL, _float_function),
    "lower": _of(_TEXT, _text),
    "matches": Function(ROW, (value("x", _TEXT), constant("pattern", "a pattern as r'[A-Z]+'", _is_text)), _matches),
    "max": Function(ROW, (value("x", _TIMED), value("y", _TIMED)), _extreme, variadic=True),
    "min": Function(ROW, (value("x", _TIMED), value("y", _TIMED)), _extreme, variadic=True),
    "minutes": _duration(60_000),
    "month": _of(_DAY, _bounded(1, 12, always=False)),
    "pow": Function(ROW, (value("x", "a number"), constant("n", "a whole number from 0 to 8", _is_power)), _power),
    "round": _of(_FLOAT, _whole_part),
    "seconds": _duration(1000),
    "sign": _of(_REAL, _sign),
    "sqrt": _of(_REAL, _float_function),
    "starts_with": Function(ROW, _STRINGS, _test),
    "upper": _of(_TEXT, _text),
    "weekday": _of(_DAY, _bounded(1, 7, always=False)),
    "year": _of(_DAY, _bounded(1, 9999, always=False)),
}
