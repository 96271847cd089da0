"""Makes nodes of the typed IR from arguments that already have the right types.

What a node may be (null, NaN, how large) follows from its arguments; operations on literals alone
are carried out at once, so that a literal never reaches a back end as more than a literal.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from peakguard.expression import types
from peakguard.expression.limits import MAX_INTEGER, MIN_INTEGER
from peakguard.expression.scope import Column
from peakguard.expression.typed import FINITE, INFINITE, NAN, Typed
from peakguard.expression.types import BOOL, FLOAT64, INT64, Type

_ROUNDING = frozenset({"add", "sub", "mul", "div", "neg", "sqrt", "log", "exp", "float", "mean", "std", "sum"})


def literal(value: Any, type: Type, start: int, end: int) -> Typed:
    """A constant of a type; None is that type's null."""
    node = Typed("literal", (), type, start, end, value)
    node.nullable = value is None
    if value is None:
        return node
    if type.kind == "int64":
        node.low = node.high = value
    elif type.kind == "float64":
        node.special = FINITE if value - value == 0 else (INFINITE if value == value else NAN)
    return node


def column(name: str, declared: Column, start: int, end: int) -> Typed:
    """A column of the scope."""
    node = Typed("column", (), declared.type, start, end, name)
    node.nullable = node.unknown = declared.nullable
    if declared.type.kind == "float64" and not declared.finite:
        node.special = NAN
    return node


def node(
    op: str, args: tuple[Typed, ...], type: Type, start: int, end: int, value: Any = None, *, copies: int = 1
) -> Typed:
    """An operation that is null where an argument is, whose float is as special as its arguments.

    `copies` is how often a back end may have to repeat each argument.
    """
    made = Typed(op, args, type, start, end, value)
    weight = 1
    constant = True
    for arg in args:
        made.nullable |= arg.nullable
        made.unknown |= arg.unknown
        made.computed |= arg.computed
        made.special = max(made.special, arg.special)
        weight += arg.weight * copies
        constant = constant and arg.op == "literal"
    made.weight = weight
    if type.kind != "float64":
        made.special = FINITE
        made.computed = False
    elif op in _ROUNDING:
        made.computed = True
    return _folded(made) if constant and args else made


def _folded(made: Typed) -> Typed:
    from peakguard.expression.reference.row import ROW, SEES_NULL, apply

    if made.op == "matches" or (made.op not in ROW and made.op not in SEES_NULL):
        # A pattern is as cheap as the text is short, and both are free to be long here.
        return made
    value = apply(made, [arg.value for arg in made.args])
    return literal(value, made.type, made.start, made.end)


def to_float(arg: Typed) -> Typed:
    """The nearest float of an integer; other arguments as they are. A literal stays a literal."""
    if arg.type.kind == "float64":
        return arg
    if arg.op == "literal":
        return literal(None if arg.value is None else float(arg.value), FLOAT64, arg.start, arg.end)
    made = node("float", (arg,), FLOAT64, arg.start, arg.end)
    made.computed = arg.type.kind != "int64"
    return made


def to_decimal(arg: Typed, precision: int, scale: int) -> Typed:
    """An integer or decimal as a decimal with more places, exactly."""
    wanted = types.decimal(precision, scale)
    if arg.op == "literal":
        return literal(None if arg.value is None else Decimal(arg.value), wanted, arg.start, arg.end)
    if arg.type == wanted:
        return arg
    return node("decimal", (arg,), wanted, arg.start, arg.end)


def to_unit(arg: Typed, unit: str) -> Typed:
    """A time or duration in a finer unit, null where it does not fit."""
    if arg.type.unit == unit:
        return arg
    factor = 1000 ** (types.UNITS.index(unit) - types.UNITS.index(arg.type.unit))
    made = node("rescale", (arg,), arg.type._replace(unit=unit), arg.start, arg.end, factor)
    made.nullable = made.nullable or made.op != "literal"
    return made


def whole(op: str, args: tuple[Typed, ...], low: int, high: int, start: int, end: int, *, copies: int = 1) -> Typed:
    """An integer result within `low..high`; null where that leaves int64, which a `value` of True says may happen."""
    made = node(op, args, INT64, start, end, copies=copies)
    if made.op == "literal":
        return made
    if low < MIN_INTEGER or high > MAX_INTEGER:
        made.nullable = made.value = True
    made.low, made.high = max(low, MIN_INTEGER), min(high, MAX_INTEGER)
    return made


def verdict(op: str, args: tuple[Typed, ...], start: int, end: int, value: Any = None, *, copies: int = 1) -> Typed:
    """A bool."""
    return node(op, args, BOOL, start, end, value, copies=copies)
