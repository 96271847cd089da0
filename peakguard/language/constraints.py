"""The constraints a column may have: which types they fit, and what they ask of a value."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple


class Constraint(NamedTuple):
    """`types` are the heads of the types it fits, `fits` says so in words, `text` makes the expression."""

    types: tuple[str, ...]
    fits: str
    text: Callable[[str, Any], str]


NUMBERS = ("int64", "float64", "decimal")


def _literal(value: Any) -> str:
    """A value as a literal of the expression language."""
    if isinstance(value, str):
        return repr(value)
    return repr(value)


def _bound(relation: str) -> Constraint:
    return Constraint(NUMBERS, "numbers", lambda name, bound: f"{name} {relation} {_literal(bound)}")


CONSTRAINTS = {
    "gt": _bound(">"),
    "ge": _bound(">="),
    "lt": _bound("<"),
    "le": _bound("<="),
    "values": Constraint(
        ("string", "enum"), "strings and enums", lambda name, values: f"{name} in [{', '.join(map(_literal, values))}]"
    ),
    "matches": Constraint(("string",), "strings", lambda name, pattern: f"matches({name}, {_literal(pattern)})"),
    "min_length": Constraint(("string",), "strings", lambda name, least: f"len({name}) >= {least}"),
    "max_length": Constraint(("string",), "strings", lambda name, most: f"len({name}) <= {most}"),
}


def applies(constraint: Constraint, type_text: str) -> bool:
    """Whether a constraint means something for a type."""
    return head(type_text) in constraint.types


def head(type_text: str) -> str:
    """The name a type begins with: `datetime` of `datetime[us, UTC]`."""
    return type_text.partition("[")[0].partition("(")[0].strip()
