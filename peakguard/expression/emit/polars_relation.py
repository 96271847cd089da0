"""Comparisons and logic in Polars: NaN as IEEE has it, null as Kleene has it."""

from __future__ import annotations

from peakguard.expression.emit import polars_text as text
from peakguard.expression.emit.polars import Emitter, Writer
from peakguard.expression.typed import FINITE, NAN, Typed

_ORDERING = ("ge", "gt", "le", "lt")
_SYMBOLS = {"eq": "==", "ge": ">=", "gt": ">", "le": "<=", "lt": "<", "ne": "!="}


def _comparison(emitter: Emitter, node: Typed) -> str:
    left, right = node.args
    if (each := _with_each(emitter, node)) is not None:
        return each
    a, b = emitter.pair(node)
    if left.type.kind == "datetime" and left.type.zone != right.type.zone:
        b = f"{b}.dt.convert_time_zone({text.quote(left.type.zone)})"
    plain = f"({a} {_SYMBOLS[node.op]} {b})"
    if node.op in ("eq", "ne"):
        if left.special == right.special == NAN:
            both = f"({a}.is_nan() & {b}.is_nan())"
            return f"({plain} & ~{both})" if node.op == "eq" else f"({plain} | {both})"
        return plain
    greater, lesser = ((left, a), (right, b)) if node.op in ("gt", "ge") else ((right, b), (left, a))
    return _unless_nan(plain, greater, lesser)


def _with_each(emitter: Emitter, node: Typed) -> str | None:
    """`a >= max(b, c)` as `(a >= b) & (a >= c)`, which writes bits where the greatest would be a column of its own."""
    left, right = node.args
    outer, inner = ("max", "min") if node.op in ("ge", "gt") else ("min", "max")
    folded = right if right.op == outer else left if left.op == inner and node.op in _ORDERING else None
    other = left if folded is right else right
    if folded is None or node.op not in _ORDERING or len(folded.args) < 2:
        return None
    plain = all(each.op == "column" and not each.nullable and each.special < NAN for each in (other, *folded.args))
    if not plain or folded.type.kind not in ("float64", "int64"):
        return None
    symbol, value = _SYMBOLS[node.op], emitter.expression(other)
    pairs = [(value, each) if folded is right else (each, value) for each in map(emitter.expression, folded.args)]
    return f"({' & '.join(f'({a} {symbol} {b})' for a, b in pairs)})"


def _unless_nan(plain: str, greater: tuple[Typed, str], lesser: tuple[Typed, str]) -> str:
    """To Polars NaN is the largest number, so only as the greater side does it turn a false into a true."""
    node, written = greater
    if node.special < NAN:
        return plain
    if lesser[0].nullable:
        # Where the other side is null, so is the outcome: the guard must not make it false.
        return f"({plain} & ~({written}.is_nan() & {lesser[1]}.is_not_null()))"
    return f"({plain} & {written}.is_not_nan())"


def _membership(emitter: Emitter, node: Typed) -> str:
    (x,) = node.args
    if x.type.kind == "decimal":
        listed = ", ".join(f'"{value:f}"' for value in node.value)
        return f"{emitter.expression(x)}.is_in(pl.Series([{listed}]).cast({text.data_type(x.type)}).implode())"
    return f"{emitter.expression(x)}.is_in([{', '.join(text.bare(value) for value in node.value)}])"


def _logic(emitter: Emitter, node: Typed) -> str:
    symbol = " & " if node.op == "and" else " | "
    return f"({symbol.join(emitter.expression(arg) for arg in node.args)})"


def _negation(emitter: Emitter, node: Typed) -> str:
    return f"(~{emitter.expression(node.args[0])})"


def _choice(emitter: Emitter, node: Typed) -> str:
    condition, then, other = (emitter.expression(arg) for arg in node.args)
    if not node.args[0].nullable:
        return f"pl.when({condition}).then({then}).otherwise({other})"
    return f"pl.when({condition}).then({then}).when(~{condition}).then({other})"


def _close(emitter: Emitter, node: Typed) -> str:
    left, right = node.args
    a, b = emitter.expression(left), emitter.expression(right)
    relative, absolute = node.value
    tolerance = f"pl.lit({text.number(absolute)})"
    if relative:
        scale = text.number(relative)
        tolerance = f"pl.max_horizontal({a}.abs() * {scale}, {b}.abs() * {scale}, {tolerance})"
    near = f"(({a} - {b}).abs() <= {tolerance})"
    if left.special == right.special == FINITE:
        return near
    same = f"(({a} == {b}) & ~({a}.is_nan() & {b}.is_nan()))"
    return f"({same} | ({a}.is_finite() & {b}.is_finite() & {near}))"


def _is_null(emitter: Emitter, node: Typed) -> str:
    return f"{emitter.expression(node.args[0])}.is_null()"


RELATION: dict[str, Writer] = {
    **dict.fromkeys(_SYMBOLS, _comparison),
    "and": _logic,
    "close": _close,
    "if": _choice,
    "in": _membership,
    "is_null": _is_null,
    "not": _negation,
    "or": _logic,
}
