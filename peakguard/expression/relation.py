"""Comparisons, membership and logic: what they accept, and the guards that NaN and null make needful."""

from __future__ import annotations

from collections.abc import Sequence

from peakguard.diagnostics import codes
from peakguard.expression import build, ir
from peakguard.expression.coercion import join
from peakguard.expression.fault import Fault, fault
from peakguard.expression.typed import Typed
from peakguard.expression.types import BOOL, FLOAT64, INT64, STRING

_OPS = {"<": "lt", "<=": "le", ">": "gt", ">=": "ge", "==": "eq", "!=": "ne"}
_UNORDERED = frozenset({"bool", "enum"})
_WHOLE = frozenset({"binary", "list", "record"})


def compare(operator: str, left: Typed, right: Typed) -> Typed | Fault:
    """One comparison; times of different zones compare as points in time."""
    for each in (left, right):
        if each.type.kind in _WHOLE:
            expected, found = "a value that compares", str(each.type)
            return fault(codes.WRONG_OPERAND, each.start, each.end, operator=operator, expected=expected, found=found)
    joined = join(operator, (left, right), instants=True)
    if isinstance(joined, Fault):
        return joined
    kind = joined[0].type.kind
    if kind in _UNORDERED and operator not in ("==", "!="):
        found = str(left.type)
        return fault(
            codes.WRONG_OPERAND, left.start, right.end, operator=operator, expected="values with an order", found=found
        )
    return build.verdict(_OPS[operator], tuple(joined), left.start, right.end, copies=2)


def is_inexact(operator: str, left: Typed, right: Typed) -> bool:
    """Whether rounding decides an equality of floats."""
    if operator not in ("==", "!="):
        return False
    floats = [each for each in (left, right) if each.type.kind == "float64"]
    if not floats or any(each.type.kind == "decimal" for each in (left, right)):
        return False
    return any(each.computed or _is_fraction(each) for each in floats)


def membership(item: Typed, node: ir.Membership) -> Typed | list[Fault]:
    """`item in (…)`: each value takes the item's type."""
    if item.type.kind in _WHOLE:
        data = {"operator": "in", "expected": "a value that compares", "found": str(item.type)}
        return [fault(codes.WRONG_OPERAND, item.start, item.end, **data)]
    values = [written(each) for each in node.values]
    faults: list[Fault] = []
    joined: list[Typed] = []
    for value in values:
        pair = join("in", (item, value))
        if isinstance(pair, Fault):
            # The caret belongs on the value: the item may be right for all the others.
            faults.append(pair._replace(start=value.start, end=value.end))
        else:
            joined.append(pair[1])
            item = pair[0] if pair[0].type != item.type else item
    if faults:
        return faults
    final = join("in", (item, *joined))
    if isinstance(final, Fault):
        return [final]
    constants = tuple(each.value for each in final[1:])
    made = build.verdict("in", (final[0],), node.start, node.end, constants)
    return build.verdict("not", (made,), node.start, node.end) if node.negated else made


def has_inexact_value(item: Typed, node: ir.Membership) -> bool:
    """Whether a float is looked up among fractions."""
    is_float = item.type.kind in ("int64", "float64") and any(isinstance(each.value, float) for each in node.values)
    return is_float and (item.computed or any(_is_fraction(written(each)) for each in node.values))


def logic(op: str, operands: Sequence[Typed], start: int, end: int) -> Typed:
    """Kleene's `and` or `or`, without operands that cannot matter."""
    dominant = op == "or"
    kept: list[Typed] = []
    for each in operands:
        if each.op == "literal" and each.value is not None:
            if each.value is dominant:
                return build.literal(dominant, BOOL, start, end)
        else:
            kept.append(each)
    if len(kept) < 2:
        return kept[0] if kept else build.literal(not dominant, BOOL, start, end)
    return build.verdict(op, tuple(kept), start, end)


def choice(condition: Typed, then: Typed, other: Typed, start: int, end: int) -> Typed | Fault:
    """`then if condition else other`: null where the condition is."""
    for each in (then, other):
        if each.type.kind in _WHOLE:
            data = {"operator": "if", "expected": "a value", "found": str(each.type)}
            return fault(codes.WRONG_OPERAND, each.start, each.end, **data)
    joined = join("if", (then, other))
    if isinstance(joined, Fault):
        return joined
    if condition.op == "literal":
        if condition.value is None:
            return build.literal(None, joined[0].type, start, end)
        return joined[0] if condition.value else joined[1]
    made = build.node("if", (condition, *joined), joined[0].type, start, end, copies=2 if condition.nullable else 1)
    made.low, made.high = min(each.low for each in joined), max(each.high for each in joined)
    return made


def written(node: ir.Literal) -> Typed:
    """A literal as it is typed before it meets anything."""
    value = node.value
    type = BOOL if isinstance(value, bool) else INT64 if isinstance(value, int) else FLOAT64
    if isinstance(value, str):
        type = STRING
    return build.literal(value, type, node.start, node.end)


def _is_fraction(each: Typed) -> bool:
    return each.op == "literal" and isinstance(each.value, float) and each.value % 1 != 0
