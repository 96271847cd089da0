"""What each operation on one row makes of values that are not known yet; beside `expression.reference.row`."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from fractions import Fraction
from math import isfinite
from typing import Any

import z3

from peakguard.api.rule_testing.missing.prover import arithmetic, days, texts
from peakguard.api.rule_testing.missing.prover.cells import (
    Cell,
    Record,
    Untranslatable,
    Value,
    both,
    chosen,
    either,
    equal,
    joined,
    kleene_and,
    kleene_or,
    largest,
    less,
    opposite,
    smallest,
)
from peakguard.expression.typed import Typed

_MOST_CHARACTER = 0x2FFFF
"""The last character that z3 knows."""


def apply(node: Typed, values: list[Value]) -> Cell:
    """The value of an operation: null where one of its arguments is, but for a few."""
    if node.op == "is_null":
        return Cell(values[0].null)
    cells = [value for value in values if isinstance(value, Cell)]
    if len(cells) < len(values):
        raise Untranslatable(node.op)
    if node.op in _SEES_NULL:
        return _SEES_NULL[node.op](cells)
    if node.op not in _ROW:
        raise Untranslatable(node.op)
    made = _ROW[node.op](node, *cells)
    is_null = either(made.null, *(cell.null for cell in cells))
    if node.op in _MAY_OVERFLOW and z3.is_int(made.term):
        is_null = either(is_null, arithmetic.overflow(made.term))
    return made._replace(null=is_null)


def field(node: Typed, record: Value) -> Value:
    """A field of a record; null where the record is."""
    if not isinstance(record, Record) or node.value not in record.fields:
        raise Untranslatable(f"field {node.value}")
    found = record.fields[node.value]
    return found._replace(null=either(record.null, found.null))


def literal(node: Typed, value: Any) -> Cell:
    """A constant of the type of a node. A float is the number that is written, not the nearest float."""
    kind = node.type.kind
    if value is None:
        return Cell(_VOID.get(kind, z3.IntVal(0)), null=True)
    if kind == "bool":
        return Cell(z3.BoolVal(value))
    if kind in ("string", "enum"):
        return Cell(text(value))
    if isinstance(value, date):
        return Cell(z3.IntVal(days.number_of(value)))
    if isinstance(value, float) and not isfinite(value):
        return Cell(z3.RealVal(-1 if value < 0 else 1), nan=value != value, infinite=value == value)
    if kind in ("float64", "decimal"):
        return Cell(z3.RealVal(str(Fraction(value if isinstance(value, Decimal) else Decimal(repr(value))))))
    return Cell(z3.IntVal(value))


def text(value: str) -> Any:
    """A text of z3, whose own escapes mean nothing here."""
    if any(ord(each) > _MOST_CHARACTER for each in value):
        raise Untranslatable("a character that z3 does not know")
    return z3.StringVal(
        "".join(f"\\u{{{ord(each):x}}}" if each == "\\" or not " " <= each <= "~" else each for each in value)
    )


def _if(cells: list[Cell]) -> Cell:
    condition, then, other = cells
    found = chosen(condition.term, then, other)
    return found._replace(null=either(condition.null, found.null))


def _coalesce(cells: list[Cell]) -> Cell:
    return joined(cells, lambda a, b: chosen(a.null, b, a))


def _in(node: Typed, x: Cell) -> Cell:
    values = [literal(node.args[0], value) for value in node.value if value is not None]
    return Cell(either(*(equal(x, value) for value in values)))


def _compared(judge: Callable[[Cell, Cell], Any]) -> Callable[[Typed, Cell, Cell], Cell]:
    return lambda node, a, b: Cell(judge(a, b))


def _is_finite(node: Typed, x: Cell) -> Cell:
    return Cell(both(opposite(x.nan), opposite(x.infinite)))


_VOID = {
    "bool": z3.BoolVal(False),  # its only argument
    "string": z3.StringVal(""),
    "enum": z3.StringVal(""),
    "float64": z3.RealVal(0),
    "decimal": z3.RealVal(0),
}
_SEES_NULL: dict[str, Callable[[list[Cell]], Cell]] = {
    "and": kleene_and,
    "coalesce": _coalesce,
    "if": _if,
    "or": kleene_or,
}
_MAY_OVERFLOW = frozenset({"add", "sub", "mul", "neg", "abs", "floordiv", "rescale", "floor", "ceil", "round"})
_ROW: dict[str, Callable[..., Cell]] = {
    "abs": arithmetic.absolute,
    "add": arithmetic.add,
    "ceil": arithmetic.whole_part(arithmetic.ceil),
    "close": arithmetic.close,
    "contains": texts.contains,
    "date": days.date_of,
    "day": days.part(2),
    "decimal": arithmetic.to_real,
    "div": arithmetic.div,
    "ends_with": texts.ends_with,
    "eq": _compared(equal),
    "float": arithmetic.to_real,
    "floor": arithmetic.whole_part(z3.ToInt),
    "floordiv": arithmetic.floordiv,
    "ge": _compared(lambda a, b: either(less(b, a), equal(a, b))),
    "gt": _compared(lambda a, b: less(b, a)),
    "hour": days.hour,
    "in": _in,
    "is_finite": _is_finite,
    "is_nan": lambda node, x: Cell(x.nan),
    "le": _compared(lambda a, b: either(less(a, b), equal(a, b))),
    "len": texts.length,
    "lt": _compared(less),
    "matches": texts.matches,
    "max": lambda node, *cells: joined(list(cells), largest),
    "min": lambda node, *cells: joined(list(cells), smallest),
    "mod": arithmetic.mod,
    "month": days.part(1),
    "mul": arithmetic.mul,
    "ne": _compared(lambda a, b: opposite(equal(a, b))),
    "neg": arithmetic.neg,
    "not": lambda node, x: Cell(opposite(x.term)),
    "rescale": arithmetic.rescale,
    "round": arithmetic.whole_part(arithmetic.half_even),
    "sign": arithmetic.sign,
    "starts_with": texts.starts_with,
    "sub": arithmetic.sub,
    "weekday": days.weekday,
    "year": days.part(0),
}
"""By operation: a function of the node and its arguments, none of them null."""
