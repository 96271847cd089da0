"""Comparisons and logic in SQL: NaN as IEEE has it. Of null, SQL thinks as Kleene does."""

from __future__ import annotations

from sqlglot import exp

from peakguard.expression.emit import sql_text as text
from peakguard.expression.emit.sql import Emitter, Writer
from peakguard.expression.typed import FINITE, NAN, Typed

_OPERATIONS: dict[str, type[exp.Binary]] = {
    "eq": exp.EQ,
    "ge": exp.GTE,
    "gt": exp.GT,
    "le": exp.LTE,
    "lt": exp.LT,
    "ne": exp.NEQ,
}


def _comparison(emitter: Emitter, node: Typed) -> exp.Expr:
    left, right = node.args
    a, b = emitter.pair(node)
    operation = _OPERATIONS[node.op]
    if node.op in ("eq", "ne"):
        if not left.special == right.special == NAN:
            return text.binary(operation, a, b)
        a, b = emitter.repeatable(a), emitter.repeatable(b)
        both = text.all_of([text.is_nan(a), text.is_nan(b)])
        if node.op == "eq":
            return text.all_of([text.binary(operation, a, b), text.negated(both)])
        return text.all_of([text.binary(operation, a, b), both], exp.Or)
    if (left if node.op in ("gt", "ge") else right).special < NAN:
        return text.binary(operation, a, b)
    a, b = emitter.repeatable(a), emitter.repeatable(b)
    plain = text.binary(operation, a, b)
    greater, lesser, other = (a, b, right) if node.op in ("gt", "ge") else (b, a, left)
    return _unless_nan(plain, greater, lesser, other)


def _unless_nan(plain: exp.Expr, greater: exp.Expr, lesser: exp.Expr, other: Typed) -> exp.Expr:
    """To DuckDB NaN is the largest number, so only as the greater side does it turn a false into a true."""
    # Where the other side is null, so is the outcome: the guard must not make it false.
    known = [text.is_known(lesser)] if other.nullable else []
    return text.all_of([plain, text.negated(text.all_of([text.is_nan(greater), *known]))])


def _membership(emitter: Emitter, node: Typed) -> exp.Expr:
    (x,) = node.args
    written = emitter.expression(x)
    listed = [text.bare(value, x.type) for value in node.value if value is not None]
    if not listed:
        return text.case((text.is_known(written), exp.false()))
    return exp.In(this=text.closed(written, 5), expressions=listed)


def _logic(emitter: Emitter, node: Typed) -> exp.Expr:
    return text.all_of([emitter.expression(arg) for arg in node.args], exp.And if node.op == "and" else exp.Or)


def _negation(emitter: Emitter, node: Typed) -> exp.Expr:
    (x,) = node.args
    written = emitter.expression(x)
    if isinstance(written, exp.In):
        return exp.Not(this=written)
    return text.negated(written)


def _choice(emitter: Emitter, node: Typed) -> exp.Expr:
    condition, then, other = (emitter.expression(arg) for arg in node.args)
    if not node.args[0].nullable:
        return text.case((condition, then), otherwise=other)
    condition = emitter.repeatable(condition)
    return text.case((condition, then), (text.negated(condition), other))


def _close(emitter: Emitter, node: Typed) -> exp.Expr:
    left, right = node.args
    a, b = (emitter.repeatable(emitter.expression(arg)) for arg in node.args)
    near = text.binary(exp.LTE, text.call("ABS", text.binary(exp.Sub, a, b)), _tolerance(a, b, *node.value))
    if left.special == right.special == FINITE:
        return near
    same = text.binary(exp.EQ, a, b)
    finite = [text.call("ISFINITE", a), text.call("ISFINITE", b), near]
    if left.special == right.special == NAN:
        same = text.all_of([same, text.negated(text.all_of([text.is_nan(a), text.is_nan(b)]))])
    return text.all_of([same, text.all_of(finite)], exp.Or)


def _tolerance(a: exp.Expr, b: exp.Expr, relative: float, absolute: float) -> exp.Expr:
    if not relative:
        return text.number(absolute)
    scale = text.number(relative)
    scaled = [text.binary(exp.Mul, text.call("ABS", each), scale) for each in (a, b)]
    return text.call("GREATEST", *scaled, *([text.number(absolute)] if absolute else []))


def _is_null(emitter: Emitter, node: Typed) -> exp.Expr:
    return text.is_null(emitter.expression(node.args[0]))


RELATION: dict[str, Writer] = {
    **dict.fromkeys(_OPERATIONS, _comparison),
    "and": _logic,
    "close": _close,
    "if": _choice,
    "in": _membership,
    "is_null": _is_null,
    "not": _negation,
    "or": _logic,
}
