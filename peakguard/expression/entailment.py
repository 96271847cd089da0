"""Whether one expression demands at least what another demands, as far as that is seen at a glance.

Truth is ordered false < unknown < true. `entails(a, b)`: for every row the value of `a` is at most that of `b`, so
whatever fails `b` fails `a`, whatever `on_null` says. Only what is proved is claimed: a part added with `and` or
`or`, a literal bound that moved, a tolerance, a list of values.
"""

from __future__ import annotations

import math
from decimal import Decimal
from functools import lru_cache
from typing import Any

from peakguard.expression.typed import Typed

Form = tuple[Any, ...]
"""An operation, its constant, its arguments: the same for expressions that differ in writing alone."""

_FLIPPED = {"gt": "lt", "ge": "le"}
_SYMMETRIC = ("eq", "ne")
_BOUND = "·"
_MINUS_ZERO = "-0.0"
"""Python calls it equal to zero."""


def form_of(node: Typed) -> Form:
    """The form of a typed expression: `and` and `or` are sets, `a > b` is `b < a`, 1 and 1.0 are one literal."""
    args = [form_of(each) for each in node.args]
    op, value = node.op, _constant(node.value)
    if op in ("and", "or"):
        parts = {part for arg in args for part in (arg[2:] if arg[0] == op else (arg,))}
        return (op, None, *sorted(parts, key=repr)) if len(parts) > 1 else next(iter(parts))
    if op == "not" and args[0][0] == "not":
        return args[0][2]  # type: ignore[no-any-return] # an argument of a form is a form
    if op in _FLIPPED:
        return (_FLIPPED[op], value, *reversed(args))
    if op in _SYMMETRIC:
        return (op, value, *sorted(args, key=repr))
    if op == "in":
        return (op, tuple(sorted(set(node.value), key=repr)), *args)
    if op == "item" or op.startswith("each_"):  # one generator at most, so one variable
        return (op, _BOUND, *args)
    return (op, value, *args)


def _constant(value: Any) -> Any:
    """A number by its value; minus zero is not zero, for division tells them apart."""
    if isinstance(value, float) and value.is_integer():
        return _MINUS_ZERO if value == 0 and math.copysign(1, value) < 0 else int(value)
    if isinstance(value, Decimal) and value == value.to_integral_value():
        return int(value)
    return value


def renamed(form: Any, names: dict[str, str]) -> Any:
    """The form with other names of columns."""
    if not names or not isinstance(form, tuple):
        return form
    if form[:1] == ("column",):
        return ("column", names.get(form[1], form[1]), *form[2:])
    # Forms of `and`, `or` and symmetric operations are sorted by what they hold.
    args = [renamed(each, names) for each in form[2:]]
    if form[0] in ("and", "or", *_SYMMETRIC):
        args.sort(key=repr)
    return (*form[:2], *args)


@lru_cache(maxsize=65536)
def entails(left: Form, right: Form) -> bool:
    """Whether `left` is proved to be at most `right`, row by row."""
    if left == right:
        return True
    if right[0] == "and":
        return all(entails(left, part) for part in right[2:])
    if left[0] == "or":
        return all(entails(part, right) for part in left[2:])
    if left[0] == "and" and any(entails(part, right) for part in left[2:]):
        return True
    if right[0] == "or":
        return any(entails(left, part) for part in right[2:])
    if left[0] == right[0] == "not":
        return entails(right[2], left[2])
    return _is_nearer(left, right)


def _is_nearer(left: Form, right: Form) -> bool:
    """Whether two operations of one kind differ only in a constant, or in a part, that makes the first the stricter."""
    (op, value, *args), (other, limit, *others) = left, right
    if op in ("lt", "le") and other in ("lt", "le"):
        return _bound_is_nearer(left, right)
    if op != other:
        return False
    if op == "in":
        return bool(args == others and set(value) <= set(limit))
    if op == "close":
        return bool(args == others and value[0] <= limit[0] and value[1] <= limit[1])
    if op in ("each_all", "each_any") and len(args) == len(others):
        return bool(args[0] == others[0] and args[2:] == others[2:] and entails(args[1], others[1]))
    return False


def _bound_is_nearer(left: Form, right: Form) -> bool:
    (op, _, below, above), (other, _, low, high) = left, right
    # `x < 1` says as much as `x <= 1` and more; the other way round the bound itself has to move.
    may_touch = op == "lt" or other == "le"
    try:
        if below == low and above[0] == high[0] == "literal":
            return bool(above[1] < high[1] or (may_touch and above[1] == high[1]))
        if above == high and below[0] == low[0] == "literal":
            return bool(below[1] > low[1] or (may_touch and below[1] == low[1]))
    except TypeError:  # literals of two types, which nothing compares
        return False
    return False
