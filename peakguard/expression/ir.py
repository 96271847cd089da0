"""The parsed expression: our own tree. `start` and `end` are code-point offsets into the text, end exclusive."""

from __future__ import annotations

from typing import NamedTuple, TypeAlias

Value: TypeAlias = "None | bool | int | float | str"


class Literal(NamedTuple):
    """None, a bool, an int64, a finite float or a string; `text` is how it is written."""

    value: Value
    text: str
    start: int
    end: int


class Name(NamedTuple):
    """A column."""

    name: str
    start: int
    end: int


class Unary(NamedTuple):
    """`not x`, `-x` or `+x`."""

    operator: str
    operand: Node
    start: int
    end: int


class Binary(NamedTuple):
    """`+ - * / // %`."""

    operator: str
    left: Node
    right: Node
    start: int
    end: int


class Field(NamedTuple):
    """`record.field`; the name of the field begins at `name_start`."""

    record: Node
    name: str
    name_start: int
    start: int
    end: int


class Each(NamedTuple):
    """`sum(element for variable in source if condition)`, likewise any, all, count, min, max, mean.

    `variable` is the Name as it is bound, with the place where that is.
    """

    function: str
    element: Node
    variable: Name
    source: Node
    condition: Node | None
    start: int
    end: int


class Compare(NamedTuple):
    """`a < b <= c`: one operator fewer than operands. `is` and `is not` occur only before None."""

    operators: tuple[str, ...]
    operands: tuple[Node, ...]
    start: int
    end: int


class Membership(NamedTuple):
    """`x in (1, 2)` or `x not in (1, 2)`."""

    item: Node
    values: tuple[Literal, ...]
    negated: bool
    start: int
    end: int


class Logic(NamedTuple):
    """`a and b and c`, or the same with `or`."""

    operator: str
    operands: tuple[Node, ...]
    start: int
    end: int


class Choice(NamedTuple):
    """`then if condition else other`."""

    condition: Node
    then: Node
    other: Node
    start: int
    end: int


class Keyword(NamedTuple):
    """`key=value` in a call; the offsets are those of the key."""

    name: str
    value: Node
    start: int
    end: int


class Call(NamedTuple):
    """`function(a, b, key=c)`; the offsets of the function's name come first in the text."""

    function: str
    arguments: tuple[Node, ...]
    keywords: tuple[Keyword, ...]
    start: int
    end: int


Node: TypeAlias = Literal | Name | Field | Unary | Binary | Compare | Membership | Logic | Choice | Call | Each
