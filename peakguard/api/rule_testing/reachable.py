"""Whether a rule can be unknown at all, where only its first rows lack what it looks back at.

A rule over values that are never missing is unknown only for want of earlier rows. If its condition does not hold
there, whatever the values are, nobody can show it unknown.
"""

from __future__ import annotations

from typing import Any, Final

from peakguard.expression.reference.row import apply
from peakguard.expression.typed import Typed, TypedExpression, walk

_OPEN: Final = object()
"""A value that depends on the data."""
_MOST_BACK = 64
"""Rows of a look back that are tried one by one; further back it is taken for granted that a rule can be unknown."""
_FAR = ("cum_max", "cum_min", "cum_sum", "first")


def may_be_unknown(expr: TypedExpression, when: TypedExpression | None) -> bool:
    """Whether there are data for which the rule applies and cannot be decided."""
    roots = [expr.root, *([when.root] if when is not None else [])]
    if not any(text.nullable for text in (expr, when) if text is not None):
        return False
    nodes = [node for root in roots for node in walk(root)]
    is_missing = any(node.op in ("column", "field", "item", "since") and node.nullable for node in nodes)
    back = max((_back(node) for node in nodes), default=0)
    if when is None or is_missing or back > _MOST_BACK:
        return True
    return any(_folded(when.root, row) is not False and _folded(expr.root, row) is not True for row in range(back))


def _back(node: Typed) -> int:
    """For how many rows from the first on an operation has no value for want of earlier ones."""
    if node.op == "prev":
        return int(node.value)
    return int(node.value) - 1 if node.op.startswith("rolling_") else 0


def _folded(node: Typed, row: int) -> Any:
    """The value at a row, counted from 0, whatever the data are; _OPEN where that cannot be said."""
    if node.op == "literal":
        return node.value
    if row < _back(node):
        return None
    if node.op in ("column", "field", "item", *_FAR) or _back(node) or node.op.startswith("each_"):
        return _OPEN
    values = [_folded(arg, row) for arg in node.args]
    decided = _DECIDING.get(node.op)
    if decided is not None:
        return decided(values)
    if node.op in ("if", "is_null", "is_nan", "is_finite") or not values:
        return _OPEN if _OPEN in values or not values else apply(node, values)
    if None in values:
        return None  # all other operations are unknown where an argument is
    return _OPEN if _OPEN in values else apply(node, values)


def _and(values: list[Any]) -> Any:
    return False if False in values else _OPEN if _OPEN in values else None if None in values else True


def _or(values: list[Any]) -> Any:
    return True if True in values else _OPEN if _OPEN in values else None if None in values else False


def _coalesce(values: list[Any]) -> Any:
    return next((value for value in values if value is not None), None)


_DECIDING = {"and": _and, "or": _or, "coalesce": _coalesce}
