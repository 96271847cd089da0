"""Arithmetic in SQL. Integers that might leave int64 are computed in 128 bits, and are null if they did."""

from __future__ import annotations

from decimal import Decimal

from sqlglot import exp

from peakguard.expression.emit import sql_text as text
from peakguard.expression.emit.sql import Emitter, Writer
from peakguard.expression.limits import MIN_INTEGER
from peakguard.expression.typed import Typed

_OPERATIONS: dict[str, type[exp.Binary]] = {"add": exp.Add, "sub": exp.Sub, "mul": exp.Mul}
_WIDE = "HUGEINT"
_NARROW_DIGITS = 18
"""DuckDB multiplies decimals of up to so many digits in 64 bits, and raises where that does not suffice."""


def _operation(emitter: Emitter, node: Typed) -> exp.Expr:
    operation = _OPERATIONS[node.op]
    if node.type.kind == "decimal":
        return _decimals(emitter, node, operation)
    if node.args[0].type.kind == node.args[1].type.kind == "date":
        days = text.binary(exp.Sub, *emitter.pair(node))
        return text.binary(exp.Mul, days, exp.Literal.number(86_400_000))
    if _may_overflow(node):
        return text.narrow(text.binary(operation, *_wide_pair(emitter, node)))
    return text.binary(operation, *emitter.pair(node))


def _may_overflow(node: Typed) -> bool:
    """Times are counted in integers, of which nothing is known."""
    return node.value is True or node.type.kind in ("datetime", "duration")


def _wide_pair(emitter: Emitter, node: Typed) -> tuple[exp.Expr, exp.Expr]:
    """Both arguments; one in 128 bits draws the other along."""
    a, b = emitter.pair(node)
    if node.args[0].op == "literal":
        return a, text.cast(b, _WIDE)
    return text.cast(a, _WIDE), b


def _decimals(emitter: Emitter, node: Typed, operation: type[exp.Binary]) -> exp.Expr:
    if node.op == "mul":
        factors = [_factor(emitter, arg) for arg in node.args]
        (a, digits), (b, more) = factors
        if digits + more > _NARROW_DIGITS >= max(digits, more):
            a = text.cast(a, text.decimal_type(_NARROW_DIGITS + 1, _scale(node.args[0])))
        return text.cast(text.binary(operation, a, b), text.data_type(node.type))
    return text.binary(operation, *emitter.pair(node))


def _factor(emitter: Emitter, node: Typed) -> tuple[exp.Expr, int]:
    """A factor with its own digits and how many: the scales of both add up, and must not be more than 38."""
    own = node.args[0] if node.op == "decimal" else node
    if own.type.kind == "int64":
        return text.cast(emitter.expression(own), text.decimal_type(19, 0)), 19
    if isinstance(own.value, Decimal):
        scale = _scale(own)
        digits = max(len(own.value.as_tuple().digits), scale, 1)
        return text.typed(own.value, own.type._replace(precision=digits, scale=scale)), digits
    return emitter.expression(own), own.type.precision


def _scale(node: Typed) -> int:
    own = node.args[0] if node.op == "decimal" else node
    if isinstance(own.value, Decimal):
        exponent = own.value.as_tuple().exponent
        assert isinstance(exponent, int)
        return max(0, -exponent)
    return own.type.scale


def _division(emitter: Emitter, node: Typed) -> exp.Expr:
    """IEEE division whose divisor has no sign when it is zero: -0.0 + 0.0 is 0.0."""
    right = node.args[1]
    a, b = emitter.pair(node)
    if right.op == "literal":
        divisor = text.number(0.0) if right.value == 0 else b
    elif _has_no_signed_zero(right):
        divisor = b
    else:
        divisor = text.binary(exp.Add, b, text.number(0.0))
    return text.binary(exp.Div, a, divisor)


def _has_no_signed_zero(node: Typed) -> bool:
    return node.op == "float" and node.args[0].type.kind in ("int64", "duration")


def _floor_division(emitter: Emitter, node: Typed) -> exp.Expr:
    """DuckDB divides towards zero; and it raises for a divisor of zero."""
    a, b = _whole_operands(emitter, node)
    dividend, divisor = node.args
    if min(dividend.low, divisor.low) >= 0:
        return text.binary(exp.IntDiv, a, b)
    overflows = dividend.low == MIN_INTEGER and divisor.low <= -1 <= divisor.high
    if overflows:
        a = text.cast(a, _WIDE)
    quotient, rest = text.binary(exp.IntDiv, a, b), text.binary(exp.Mod, a, b)
    one = exp.Literal.number(1)
    found = text.case((_points_away(node, rest, b), text.binary(exp.Sub, quotient, one)), otherwise=quotient)
    return text.narrow(found) if overflows else found


def _remainder(emitter: Emitter, node: Typed) -> exp.Expr:
    """DuckDB's remainder has the sign of the dividend; ours has that of the divisor."""
    a, b = _whole_operands(emitter, node)
    rest = text.binary(exp.Mod, a, b)
    if min(node.args[0].low, node.args[1].low) >= 0:
        return rest
    return text.case((_points_away(node, rest, b), text.binary(exp.Add, rest, b)), otherwise=rest)


def _whole_operands(emitter: Emitter, node: Typed) -> tuple[exp.Expr, exp.Expr]:
    a, b = (emitter.repeatable(each) for each in emitter.pair(node))
    divisor = node.args[1]
    if divisor.low <= 0 <= divisor.high:
        b = exp.Nullif(this=b.copy(), expression=exp.Literal.number(0))
    return a, b


def _points_away(node: Typed, rest: exp.Expr, b: exp.Expr) -> exp.Expr:
    """Whether the rest is on the other side of zero than the divisor."""
    zero, divisor = exp.Literal.number(0), node.args[1]
    if divisor.low > 0:
        return text.binary(exp.LT, rest, zero)
    if divisor.high < 0:
        return text.binary(exp.GT, rest, zero)
    uneven = text.binary(exp.NEQ, rest, zero)
    signs = [exp.Paren(this=text.binary(exp.LT, each, zero)) for each in (rest, b)]
    return text.all_of([uneven, text.binary(exp.NEQ, *signs)])


def _negation(emitter: Emitter, node: Typed) -> exp.Expr:
    (x,) = node.args
    written = emitter.expression(x)
    if _may_overflow(node):
        return text.narrow(exp.Neg(this=text.cast(written, _WIDE)))
    return exp.Neg(this=text.closed(written))


def _absolute(emitter: Emitter, node: Typed) -> exp.Expr:
    written = emitter.expression(node.args[0])
    if _may_overflow(node):
        return text.narrow(text.call("ABS", text.cast(written, _WIDE)))
    return text.call("ABS", written)


def _rescale(emitter: Emitter, node: Typed) -> exp.Expr:
    ticks = text.cast(emitter.expression(node.args[0]), _WIDE)
    return text.narrow(text.binary(exp.Mul, ticks, exp.Literal.number(node.value)))


def _to_float(emitter: Emitter, node: Typed) -> exp.Expr:
    return text.cast(emitter.expression(node.args[0]), "DOUBLE")


def _to_decimal(emitter: Emitter, node: Typed) -> exp.Expr:
    return text.cast(emitter.expression(node.args[0]), text.data_type(node.type))


ARITHMETIC: dict[str, Writer] = {
    "abs": _absolute,
    "add": _operation,
    "decimal": _to_decimal,
    "div": _division,
    "float": _to_float,
    "floordiv": _floor_division,
    "mod": _remainder,
    "mul": _operation,
    "neg": _negation,
    "rescale": _rescale,
    "sub": _operation,
}
