"""The types of `+ - * / // %` and the minus sign: what each makes of its operands."""

from __future__ import annotations

from peakguard.diagnostics import codes
from peakguard.expression import build, types
from peakguard.expression.coercion import NUMBERS, clash, convert, exact, join
from peakguard.expression.fault import Fault, fault
from peakguard.expression.typed import FINITE, INFINITE, NAN, Typed
from peakguard.expression.types import FLOAT64

_OPS = {"+": "add", "-": "sub", "*": "mul", "/": "div", "//": "floordiv", "%": "mod"}
_TIMES = frozenset({"date", "datetime", "duration"})


def binary(operator: str, left: Typed, right: Typed, start: int, end: int) -> Typed | list[Fault]:
    """`left operator right`, or what is wrong with it."""
    kinds = (left.type.kind, right.type.kind)
    if kinds[0] in NUMBERS and kinds[1] in NUMBERS:
        found = _numbers(operator, left, right, start, end)
        return [found] if isinstance(found, Fault) else found
    if kinds[0] in _TIMES or kinds[1] in _TIMES:
        return _times(operator, left, right, start, end)
    return [_not_a_number(operator, each) for each in (left, right) if each.type.kind not in NUMBERS]


def signed(operator: str, operand: Typed, start: int, end: int) -> Typed | list[Fault]:
    """`-operand`, or `+operand`, which is the operand."""
    kind = operand.type.kind
    if kind not in NUMBERS and kind != "duration":
        return [_not_a_number(operator, operand)]
    if operator == "+":
        return operand
    if kind == "int64":
        return build.whole("neg", (operand,), -operand.high, -operand.low, start, end)
    made = build.node("neg", (operand,), operand.type, start, end)
    made.nullable = made.nullable or (kind == "duration" and made.op != "literal")
    return made


def floats(op: str, left: Typed, right: Typed, start: int, end: int) -> Typed:
    """An operation on two floats, with what its result may be besides a number."""
    made = build.node(op, (left, right), FLOAT64, start, end, copies=2 if op == "div" else 1)
    if made.op != "literal":
        made.special = _special(op, left, right)
    return made


def _special(op: str, left: Typed, right: Typed) -> int:
    worst, best = max(left.special, right.special), min(left.special, right.special)
    if worst == NAN:
        return NAN
    if op in ("add", "sub"):
        return INFINITE if best == FINITE else NAN
    if op == "div" and right.op == "literal" and right.value and right.special == FINITE:
        return INFINITE
    return INFINITE if op == "mul" and worst == FINITE else NAN


def _numbers(operator: str, left: Typed, right: Typed, start: int, end: int) -> Typed | Fault:
    kinds = {left.type.kind, right.type.kind}
    if operator in ("//", "%"):
        return _whole_division(operator, left, right, start, end)
    if "decimal" in kinds:
        return _decimals(operator, left, right, start, end)
    if kinds == {"int64"} and operator != "/":
        return _integers(_OPS[operator], left, right, start, end)
    return floats(_OPS[operator], build.to_float(left), build.to_float(right), start, end)


def _integers(op: str, left: Typed, right: Typed, start: int, end: int) -> Typed:
    if op == "add":
        low, high = left.low + right.low, left.high + right.high
    elif op == "sub":
        low, high = left.low - right.high, left.high - right.low
    else:
        corners = [a * b for a in (left.low, left.high) for b in (right.low, right.high)]
        low, high = min(corners), max(corners)
    return build.whole(op, (left, right), low, high, start, end)


def _whole_division(operator: str, left: Typed, right: Typed, start: int, end: int) -> Typed | Fault:
    for each in (left, right):
        if each.type.kind != "int64":
            return fault(
                codes.WRONG_OPERAND, each.start, each.end, operator=operator, expected="int64", found=str(each.type)
            )
    made = build.whole(_OPS[operator], (left, right), *_quotient_bounds(operator, left, right), start, end)
    if made.op != "literal" and right.low <= 0 <= right.high:
        made.nullable = True
    return made


def _quotient_bounds(operator: str, left: Typed, right: Typed) -> tuple[int, int]:
    if operator == "%":
        return min(right.low + 1, 0), max(right.high - 1, 0)
    if right.low <= 0:
        largest = max(abs(left.low), abs(left.high))
        return -largest, largest
    return min(left.low, left.low // right.high), max(left.high, left.high // right.high)


def _decimals(operator: str, left: Typed, right: Typed, start: int, end: int) -> Typed | Fault:
    first, second = exact(left), exact(right)
    if "float64" in (first.type.kind, second.type.kind):
        return clash(operator, first, second)
    if operator == "/":
        # A number that is written out is a decimal for its partner's sake only.
        wrong = left if left.type.kind == "decimal" else right
        return fault(
            codes.WRONG_OPERAND,
            wrong.start,
            wrong.end,
            operator="/",
            expected="int64 or float64",
            found=str(wrong.type),
        )
    if operator == "*":
        return _decimal_product(first, second, start, end)
    joined = join(operator, (first, second))
    if isinstance(joined, Fault):
        return joined
    wide = joined[0].type
    precision = wide.precision + 1
    if precision > types.MAX_PRECISION:
        return fault(codes.DECIMAL_TOO_WIDE, start, end, digits=precision)
    return build.node(_OPS[operator], tuple(joined), types.decimal(precision, wide.scale), start, end)


def _decimal_product(left: Typed, right: Typed, start: int, end: int) -> Typed | Fault:
    sides = [(19, 0) if each.type.kind == "int64" else (each.type.precision, each.type.scale) for each in (left, right)]
    precision, scale = sides[0][0] + sides[1][0], sides[0][1] + sides[1][1]
    if precision > types.MAX_PRECISION:
        return fault(codes.DECIMAL_TOO_WIDE, start, end, digits=precision)
    args = (build.to_decimal(left, precision, scale), build.to_decimal(right, precision, scale))
    return build.node("mul", args, types.decimal(precision, scale), start, end)


def _times(operator: str, left: Typed, right: Typed, start: int, end: int) -> Typed | list[Fault]:
    kinds = (left.type.kind, operator, right.type.kind)
    if kinds == ("date", "-", "date"):
        return _moved("sub", left, right, types.duration("ms"), start, end)
    if kinds == ("datetime", "-", "datetime") or (kinds[0] == kinds[2] == "duration" and operator in ("+", "-", "/")):
        joined = join(operator, (left, right), instants=True)
        if isinstance(joined, Fault):
            return [joined]
        if operator == "/":
            return floats("div", build.to_float(joined[0]), build.to_float(joined[1]), start, end)
        return _moved(_OPS[operator], joined[0], joined[1], types.duration(joined[0].type.unit), start, end)
    if kinds in (("datetime", "+", "duration"), ("datetime", "-", "duration"), ("duration", "+", "datetime")):
        unit = max(left.type.unit, right.type.unit, key=types.UNITS.index)
        moved = [convert(each, each.type._replace(unit=unit)) for each in (left, right)]
        result = next(each.type for each in moved if each.type.kind == "datetime")
        return _moved(_OPS[operator], moved[0], moved[1], result, start, end)
    if kinds in (("duration", "*", "int64"), ("int64", "*", "duration")):
        result = left.type if left.type.kind == "duration" else right.type
        return _moved("mul", left, right, result, start, end)
    wrong = [_not_a_number(operator, each) for each in (left, right) if each.type.kind not in (NUMBERS | _TIMES)]
    return wrong or [clash(operator, left, right)]


def _moved(op: str, left: Typed, right: Typed, result: types.Type, start: int, end: int) -> Typed:
    """Arithmetic on times counts in int64, and is null where that does not suffice."""
    made = build.node(op, (left, right), result, start, end)
    made.nullable = made.nullable or made.op != "literal"
    return made


def _not_a_number(operator: str, each: Typed) -> Fault:
    return fault(
        codes.WRONG_OPERAND, each.start, each.end, operator=operator, expected="a number", found=str(each.type)
    )
