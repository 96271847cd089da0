"""Where two values meet: the one type both take, or the fault that says why there is none."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from peakguard.diagnostics import codes
from peakguard.expression import build, types
from peakguard.expression.fault import Fault, fault
from peakguard.expression.typed import Typed
from peakguard.expression.types import FLOAT64, Type

NUMBERS = frozenset({"int64", "float64", "decimal"})
_INT_DIGITS = 19


def join(operator: str, args: Sequence[Typed], *, instants: bool = False) -> list[Typed] | Fault:
    """The arguments in their common type. With `instants`, times of different zones meet as points in time."""
    first = args[0]
    if all(arg.type is first.type for arg in args):
        return list(args)
    adapted = _adapt_literals(args)
    common: Type = adapted[0].type
    for arg in adapted[1:]:
        found = _common(common, arg.type, instants=instants)
        if found is None:
            return _clash(operator, args[0], arg, common)
        common = found
    if common.kind == "decimal" and common.precision > types.MAX_PRECISION:
        return fault(codes.DECIMAL_TOO_WIDE, first.start, args[-1].end, digits=common.precision)
    for arg in adapted:
        if outside := _outside_enum(arg, common):
            return outside
    return [convert(arg, common) for arg in adapted]


def convert(arg: Typed, wanted: Type) -> Typed:
    """An argument in a type that `join` found for it."""
    if wanted.kind == "float64":
        return build.to_float(arg)
    if wanted.kind == "decimal":
        return build.to_decimal(arg, wanted.precision, wanted.scale)
    if wanted.kind in ("datetime", "duration"):
        return build.to_unit(arg, wanted.unit)
    return arg


def exact(arg: Typed) -> Typed:
    """A number that is written out as the decimal it is written as; anything else as it is."""
    if arg.op != "literal" or arg.value is None or arg.type.kind not in ("int64", "float64"):
        return arg
    number = Decimal(repr(arg.value))
    if not number.is_finite():
        return arg
    _, digits, exponent = number.as_tuple()
    assert isinstance(exponent, int)
    scale = max(0, -exponent)
    precision = max(len(digits) + max(0, exponent), scale, 1)
    if precision > types.MAX_PRECISION:
        return arg
    return build.literal(number, types.decimal(precision, scale), arg.start, arg.end)


def clash(operator: str, left: Typed, right: Typed) -> Fault:
    """Two values whose types do not go together, as a fault over both."""
    return _clash(operator, left, right, left.type)


def _adapt_literals(args: Sequence[Typed]) -> list[Typed]:
    if any(arg.type.kind == "decimal" for arg in args):
        return [exact(arg) for arg in args]
    enums = [arg.type for arg in args if arg.type.kind == "enum"]
    if enums:
        return [_as_enum(arg, enums[0]) for arg in args]
    return list(args)


def _as_enum(arg: Typed, type: Type) -> Typed:
    is_text = arg.op == "literal" and arg.type.kind == "string"
    return build.literal(arg.value, type, arg.start, arg.end) if is_text else arg


def _outside_enum(arg: Typed, common: Type) -> Fault | None:
    if common.kind != "enum" or arg.op != "literal" or arg.value is None or arg.value in common.values:
        return None
    from peakguard.diagnostics.wording import did_you_mean

    known: dict[str, Any] = {"values": ", ".join(common.values), "suggestion": did_you_mean(arg.value, common.values)}
    return fault(codes.NOT_AN_ENUM_VALUE, arg.start, arg.end, value=arg.value, **known)


def _common(left: Type, right: Type, *, instants: bool) -> Type | None:
    if left == right:
        return left
    kinds = {left.kind, right.kind}
    if kinds == {"int64", "float64"}:
        return FLOAT64
    if "decimal" in kinds and kinds <= {"decimal", "int64"}:
        return _wider(left, right)
    if kinds == {"duration"} or (kinds == {"datetime"} and _zones_agree(left, right, instants=instants)):
        return left._replace(unit=max(left.unit, right.unit, key=types.UNITS.index))
    return None


def _wider(left: Type, right: Type) -> Type:
    before, behind = zip(*(_digits(each) for each in (left, right)), strict=True)
    return types.decimal(max(before) + max(behind), max(behind))


def _digits(type: Type) -> tuple[int, int]:
    return (type.precision - type.scale, type.scale) if type.kind == "decimal" else (_INT_DIGITS, 0)


def _zones_agree(left: Type, right: Type, *, instants: bool) -> bool:
    return left.zone == right.zone or (instants and bool(left.zone) and bool(right.zone))


def _clash(operator: str, first: Typed, second: Typed, common: Type) -> Fault:
    code = codes.TYPES_DIFFER
    if common.kind == second.type.kind == "datetime" and bool(common.zone) != bool(second.type.zone):
        code = codes.NAIVE_AND_AWARE
    elif {common.kind, second.type.kind} == {"decimal", "float64"}:
        code = codes.DECIMAL_AND_FLOAT
    start, end = min(first.start, second.start), max(first.end, second.end)
    return fault(code, start, end, operator=operator, left=str(common), right=str(second.type))
