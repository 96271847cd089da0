"""Functions of one row in SQL."""

from __future__ import annotations

from collections.abc import Callable

from sqlglot import exp

from peakguard.expression.emit import sql_text as text
from peakguard.expression.emit.sql import Emitter, Writer
from peakguard.expression.patterns import portable
from peakguard.expression.typed import NAN, Typed

_LOWER = "abcdefghijklmnopqrstuvwxyz"


def _extreme(emitter: Emitter, node: Typed) -> exp.Expr:
    """GREATEST and LEAST skip nulls, which win here. NaN is the largest number to them, and wins here too."""
    written = [emitter.operand(arg) for arg in node.args]
    nullable = [index for index, arg in enumerate(node.args) if arg.nullable and arg.op != "literal"]
    for index in nullable:
        written[index] = emitter.repeatable(written[index])
    found = extreme(node.op, written, is_nan=any(arg.special == NAN for arg in node.args))
    if any(arg.op == "literal" and arg.value is None for arg in node.args):
        return text.bare(None, node.type)
    if not nullable:
        return found
    return text.case((text.all_of([text.is_known(written[index]) for index in nullable]), found))


def extreme(op: str, written: list[exp.Expr], *, is_nan: bool) -> exp.Expr:
    """GREATEST or LEAST; the least of numbers with NaN among them is the greatest of their opposites."""
    if op == "min" and is_nan:
        return exp.Neg(this=text.call("GREATEST", *(exp.Neg(this=text.closed(each)) for each in written)))
    return text.call("GREATEST" if op == "max" else "LEAST", *written)


def _function(name: str) -> Writer:
    return lambda emitter, node: text.call(name, *(emitter.operand(arg) for arg in node.args))


def _length(emitter: Emitter, node: Typed) -> exp.Expr:
    counted = "OCTET_LENGTH" if node.args[0].type.kind == "binary" else "LENGTH"
    return text.call(counted, emitter.operand(node.args[0]))


def _whole(rounding: Callable[[exp.Expr], exp.Expr]) -> Writer:
    return lambda emitter, node: text.narrow(rounding(emitter.expression(node.args[0])))


def _sign(emitter: Emitter, node: Typed) -> exp.Expr:
    """SIGN is a TINYINT, and 0 for NaN."""
    (x,) = node.args
    written = emitter.expression(x)
    if x.special == NAN:
        written = emitter.repeatable(written)
    plain = text.cast(text.call("SIGN", written), text.data_type(node.type))
    return text.case((text.is_nan(written), written), otherwise=plain) if x.special == NAN else plain


def _matches(emitter: Emitter, node: Typed) -> exp.Expr:
    return text.call("REGEXP_FULL_MATCH", emitter.expression(node.args[0]), text.string(portable(node.value)))


def _translated(source: str, target: str) -> Writer:
    letters = text.string(source), text.string(target)
    return lambda emitter, node: text.call("TRANSLATE", emitter.expression(node.args[0]), *letters)


FUNCTION: dict[str, Writer] = {
    "ceil": _whole(lambda x: text.call("CEIL", x)),
    "coalesce": _function("COALESCE"),
    "contains": _function("CONTAINS"),
    "ends_with": _function("ENDS_WITH"),
    "exp": _function("EXP"),
    "floor": _whole(lambda x: text.call("FLOOR", x)),
    "is_finite": _function("ISFINITE"),
    "is_nan": _function("ISNAN"),
    "len": _length,
    "log": _function("LN"),
    "lower": _translated(_LOWER.upper(), _LOWER),
    "matches": _matches,
    "max": _extreme,
    "min": _extreme,
    "round": _whole(lambda x: text.call("ROUND_EVEN", x, exp.Literal.number(0))),
    "sign": _sign,
    "sqrt": _function("SQRT"),
    "starts_with": _function("STARTS_WITH"),
    "upper": _translated(_LOWER, _LOWER.upper()),
}
