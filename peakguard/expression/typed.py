"""The typed IR: one shape of node for everything, so that a back end is a table from operation to text."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from peakguard.expression.limits import MAX_INTEGER, MIN_INTEGER
from peakguard.expression.types import Type

FINITE, INFINITE, NAN = 0, 1, 2
"""What a float may be besides a number: nothing, an infinity, also NaN."""


class Typed:
    """An operation on typed arguments.

    `value` is the operation's constant part: a literal, the name of a column, a count of rows, a pattern.
    `nullable`: may be null for any reason. `unknown`: may be null for a reason that the author has to judge,
    which is a nullable column or a row without enough rows before it. `special`: FINITE, INFINITE or NAN.
    `low..high` bounds an integer. `computed`: a float that rounding has touched. `weight`: how many steps
    a back end takes at most, guards included. `start` and `end` are offsets into the text.
    """

    __slots__ = (
        "args",
        "computed",
        "end",
        "high",
        "low",
        "nullable",
        "op",
        "special",
        "start",
        "type",
        "unknown",
        "value",
        "weight",
    )

    def __init__(self, op: str, args: tuple[Typed, ...], type: Type, start: int, end: int, value: Any = None) -> None:
        self.op = op
        self.args = args
        self.type = type
        self.start = start
        self.end = end
        self.value = value
        self.nullable = self.unknown = self.computed = False
        self.special = FINITE
        self.low = MIN_INTEGER
        self.high = MAX_INTEGER
        self.weight = 1

    def __repr__(self) -> str:
        inside = ", ".join([*map(repr, self.args), *([] if self.value is None else [repr(self.value)])])
        return f"{self.op}({inside})"


class TypedExpression(NamedTuple):
    """A checked expression, ready for a back end.

    `names`: the columns it reads, in order of appearance. `nullable`: whether the verdict may be unknown
    for a reason the author has to judge; `unknown_where` gives these reasons in words.
    `nan_names`: the columns it reads that may hold NaN or an infinity.
    """

    root: Typed
    names: tuple[str, ...]
    nullable: bool
    unknown_where: tuple[str, ...]
    nan_names: tuple[str, ...]


def walk(node: Typed) -> Iterator[Typed]:
    """The node and everything below it, in the order of the text where that order exists."""
    yield node
    for arg in node.args:
        yield from walk(arg)
