"""Comparisons of a field with its value one step earlier, and of a difference with zero."""

from __future__ import annotations

from peakguard.expression.hoist import with_args
from peakguard.expression.typed import FINITE, Typed

_ORDERS = frozenset({"ge", "gt", "le", "lt"})


def plain(node: Typed) -> Typed:
    """A comparison of a difference with zero as one of its two parts, which comes to the same and is cheaper.

    So it is for finite floats: by gradual underflow (IEEE 754) a difference is zero for equal numbers only, and where
    it is too large to be told it keeps its sign.
    """
    if node.op not in _ORDERS:
        return node
    left, right = node.args
    if _is_zero(right) and _is_difference(left):
        return with_args(node, left.args)
    if _is_zero(left) and _is_difference(right):
        return with_args(node, (right.args[1], right.args[0]))
    return node


def ordered(node: Typed) -> str | None:
    """The field whose values do not fall, or do not rise, where this holds at every step but the first."""
    if node.op not in _ORDERS:
        return None
    field, earlier = node.args if node.args[1].op == "prev" else (node.args[1], node.args[0])
    if field.op != "column" or earlier.op != "prev" or earlier.value != 1:
        return None
    (before,) = earlier.args
    is_same = before.op == "column" and before.value == field.value
    return field.value if is_same and not field.nullable and field.special == FINITE else None


def _is_zero(node: Typed) -> bool:
    return node.op == "literal" and node.value == 0


def _is_difference(node: Typed) -> bool:
    is_finite = all(arg.special == FINITE and arg.type.kind == "float64" for arg in node.args)
    return node.op == "sub" and node.type.kind == "float64" and is_finite
