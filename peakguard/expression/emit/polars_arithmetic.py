"""Arithmetic in Polars, whose integers wrap: where a result might leave int64, it is null if it did.

Beside a literal the operand's range says so; of sums the signs do; other results are computed in 128 bits, which
takes ten times as long.
"""

from __future__ import annotations

import math
from fractions import Fraction

from peakguard.expression.emit import polars_text as text
from peakguard.expression.emit.polars import Emitter, Writer
from peakguard.expression.limits import MAX_INTEGER, MIN_INTEGER
from peakguard.expression.typed import FINITE, Typed

_SYMBOLS = {"add": "+", "sub": "-", "mul": "*", "floordiv": "//", "mod": "%"}
_REPEATABLE = 8
"""Up to so many steps an operand may be written twice; the text of a longer one would double with every operation."""
_NARROW = ".cast(pl.Int64, strict=False)"


def _operation(emitter: Emitter, node: Typed) -> str:
    kinds = {arg.type.kind for arg in node.args}
    if kinds & {"date", "datetime", "duration"}:
        return _count_of_time(emitter, node)
    symbol = _SYMBOLS[node.op]
    may_overflow = node.type.kind == "int64" and _may_overflow(node)
    if may_overflow and not _can_say_what_fits(node):
        # Written once each: what is written twice on every level would never end.
        left, right = (_wide(emitter, arg) for arg in node.args)
        return f"({left} {symbol} {right}){_NARROW}"
    left, right = emitter.pair(node)
    plain = f"({left} {symbol} {right})"
    return f"pl.when({_fits(node, left, right, plain)}).then({plain})" if may_overflow else plain


def _can_say_what_fits(node: Typed) -> bool:
    """Whether the operands are short, and one is a constant or the operation a sum."""
    if sum(arg.weight for arg in node.args) > _REPEATABLE or node.op not in ("add", "sub", "mul"):
        return False
    constants = [arg.value for arg in node.args if arg.op == "literal"]
    return bool(constants[0]) if constants else node.op != "mul"


def _fits(node: Typed, left: str, right: str, plain: str) -> str:
    """Whether a result is the true one, asked without leaving int64."""
    first, second = node.args
    if first.op == "literal" or second.op == "literal":
        constant, other = (first, right) if first.op == "literal" else (second, left)
        low, high = _operands(node.op, constant.value, is_first=constant is first)
        return f"{other}.is_between({low}, {high})"
    # What wraps has the sign that no true result has.
    if node.op == "add":
        return f"((({left} ^ {plain}) & ({right} ^ {plain})) >= 0)"
    return f"((({left} ^ {right}) & ({left} ^ {plain})) >= 0)"


def _operands(op: str, constant: int, *, is_first: bool) -> tuple[int, int]:
    """Which values of the other operand keep the result of an operation with a constant inside int64."""
    if op == "add":
        low, high = MIN_INTEGER - constant, MAX_INTEGER - constant
    elif op == "sub":
        ends = (constant - MAX_INTEGER, constant - MIN_INTEGER)
        low, high = ends if is_first else (MIN_INTEGER + constant, MAX_INTEGER + constant)
    else:
        least, most = sorted((MIN_INTEGER / Fraction(constant), MAX_INTEGER / Fraction(constant)))
        low, high = math.ceil(least), math.floor(most)
    return max(low, MIN_INTEGER), min(high, MAX_INTEGER)


def _may_overflow(node: Typed) -> bool:
    if node.op == "floordiv":
        dividend, divisor = node.args
        return dividend.low == MIN_INTEGER and divisor.low <= -1 <= divisor.high
    return node.value is True


def _wide(emitter: Emitter, node: Typed) -> str:
    if node.op == "literal" and node.value is not None:
        return f"pl.lit({node.value}, pl.Int128)"
    return f"{emitter.expression(node)}.cast(pl.Int128)"


def _count_of_time(emitter: Emitter, node: Typed) -> str:
    """Times are counted in integers: instants need no zone, and an overflow is seen."""
    left, right = (_ticks(emitter, arg) for arg in node.args)
    scale = " * 86400000" if node.args[0].type.kind == "date" else ""
    return f"(({left} {_SYMBOLS[node.op]} {right}){scale}){_NARROW}.cast({text.data_type(node.type)})"


def _ticks(emitter: Emitter, node: Typed) -> str:
    if node.op == "literal" and isinstance(node.value, int):
        return f"pl.lit({node.value}, pl.Int128)"
    written = emitter.expression(node)
    if node.type.kind == "date":
        written += ".cast(pl.Int32)"
    elif node.type.kind != "int64":
        written += ".cast(pl.Int64)"
    return f"{written}.cast(pl.Int128)"


def _division(emitter: Emitter, node: Typed) -> str:
    """IEEE division whose divisor has no sign when it is zero.

    Polars divides by a scalar (a literal, a column that holds one value) by multiplying with its reciprocal, which is
    another number in the last place. What is 0.0 in every row, made of the dividend, is added to the divisor and makes
    a full column of it. That does not mend -0.0: where the dividend is a scalar itself, nothing is added.
    """
    left, right = node.args
    dividend, divisor = emitter.pair(node)
    if right.op == "literal":
        if right.value is None or _has_exact_reciprocal(right.value):
            return f"({dividend} / {divisor})"
        return f"({dividend} / ({divisor} + ({dividend} != {dividend})))"
    full = divisor
    if left.op != "literal":
        # A comparison that is always false counts as 0.0, also of NaN and infinities.
        zero = f"{dividend} - {dividend}" if left.special == FINITE else f"{dividend} != {dividend}"
        full = f"{divisor} + ({zero})"
    return f"({dividend} / pl.when({divisor} == 0).then(0.0).otherwise({full}))"


def _plain_division(emitter: Emitter, node: Typed) -> str:
    """Division by what is known to be neither zero nor a scalar."""
    dividend, divisor = emitter.pair(node)
    return f"({dividend} / {divisor})"


def _has_exact_reciprocal(value: float) -> bool:
    return math.isfinite(value) and abs(math.frexp(value)[0]) == 0.5 and 1e-300 < abs(value) < 1e300


def _negation(emitter: Emitter, node: Typed) -> str:
    (x,) = node.args
    if x.type.kind == "duration":
        return f"(0 - {_ticks(emitter, x)}){_NARROW}.cast({text.data_type(node.type)})"
    if node.value is True:
        return f"(0 - {_wide(emitter, x)}){_NARROW}"
    return f"(-{emitter.expression(x)})"


def _absolute(emitter: Emitter, node: Typed) -> str:
    (x,) = node.args
    if x.type.kind == "duration":
        return f"{_ticks(emitter, x)}.abs(){_NARROW}.cast({text.data_type(node.type)})"
    if node.value is True:
        return f"{_wide(emitter, x)}.abs(){_NARROW}"
    return f"{emitter.expression(x)}.abs()"


def _rescale(emitter: Emitter, node: Typed) -> str:
    ticks = _ticks(emitter, node.args[0])
    return f"({ticks} * {node.value}){_NARROW}.cast({text.data_type(node.type)})"


def _to_float(emitter: Emitter, node: Typed) -> str:
    (x,) = node.args
    through = ".cast(pl.Int64)" if x.type.kind == "duration" else ""
    return f"{emitter.expression(x)}{through}.cast(pl.Float64)"


def _to_decimal(emitter: Emitter, node: Typed) -> str:
    return f"{emitter.expression(node.args[0])}.cast({text.data_type(node.type)})"


ARITHMETIC: dict[str, Writer] = {
    "abs": _absolute,
    "add": _operation,
    "decimal": _to_decimal,
    "div": _division,
    "div_nonzero": _plain_division,
    "float": _to_float,
    "floordiv": _operation,
    "mod": _operation,
    "mul": _operation,
    "neg": _negation,
    "rescale": _rescale,
    "sub": _operation,
}
