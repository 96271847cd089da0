"""The constraints a column may have: which types they fit, and what they ask of a value."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple


class Constraint(NamedTuple):
    """`types` are the heads of the types it fits, `fits` says so in words.

    `text` makes the expression of a name, what the constraint says, and the head of the type.
    """

    types: tuple[str, ...]
    fits: str
    text: Callable[[str, Any, str], str]


NUMBERS = ("int64", "float64", "decimal")
TIMES = ("date", "datetime", "duration")


def _literal(value: Any) -> str:
    """A value as a literal of the expression language."""
    if isinstance(value, str):
        return repr(value)
    return repr(value)


def _bound(relation: str) -> Constraint:
    def text(name: str, bound: Any, kind: str) -> str:
        if kind == "datetime":  # the day that it falls on, in its own zone
            return f"date({name}) {relation} date('{bound}')"
        if kind == "date":
            return f"{name} {relation} date('{bound}')"
        return (
            f"{name} {relation} {_length(bound) if kind == 'duration' and bound_fits(bound, kind) else _literal(bound)}"
        )

    return Constraint((*NUMBERS, *TIMES), "numbers, days, times and lengths of time", text)


def bound_fits(bound: Any, kind: str) -> bool:
    """Whether a bound is of a kind with the values it bounds: a day for days and times, a length for lengths."""
    if kind in ("date", "datetime"):
        return isinstance(bound, str) and bound[4:5] == "-"
    if kind == "duration":  # what the expression language has no call for is no bound
        return isinstance(bound, str) and bound[4:5] != "-" and measure(bound) % 10**6 == 0
    return not isinstance(bound, str)


def measure(bound: Any) -> Any:
    """What bounds of one kind are compared by: days sort as texts, lengths of time do not."""
    if isinstance(bound, str) and bound[4:5] != "-":
        from peakguard.runtime.lengths import nanoseconds

        return nanoseconds(bound)
    return bound


def _length(duration: str) -> str:
    """A length of whole milliseconds as a call of the expression language."""
    from peakguard.runtime.lengths import nanoseconds

    length = nanoseconds(duration)
    return f"seconds({length // 10**9})" if length % 10**9 == 0 else f"seconds({length / 1e9!r})"


def _part(function: str) -> Constraint:
    return Constraint(("string",), "strings", lambda name, part, _: f"{function}({name}, {_literal(part)})")


CONSTRAINTS = {
    "gt": _bound(">"),
    "ge": _bound(">="),
    "lt": _bound("<"),
    "le": _bound("<="),
    "values": Constraint(
        ("string", "enum"),
        "strings and enums",
        lambda name, values, _: f"{name} in [{', '.join(map(_literal, values))}]",
    ),
    "not_in": Constraint(
        ("string", "int64"),
        "strings and whole numbers",
        lambda name, values, _: f"{name} not in [{', '.join(map(_literal, values))}]",
    ),
    "matches": Constraint(("string",), "strings", lambda name, pattern, _: f"matches({name}, {_literal(pattern)})"),
    "min_length": Constraint(
        ("string", "binary"), "strings and bytes", lambda name, least, _: f"len({name}) >= {least}"
    ),
    "max_length": Constraint(("string", "binary"), "strings and bytes", lambda name, most, _: f"len({name}) <= {most}"),
    "starts_with": _part("starts_with"),
    "ends_with": _part("ends_with"),
    "contains": _part("contains"),
    "multiple_of": Constraint(("int64",), "whole numbers", lambda name, step, _: f"{name} % {step} == 0"),
}


def applies(constraint: Constraint, type_text: str) -> bool:
    """Whether a constraint means something for a type."""
    return head(type_text) in constraint.types


def head(type_text: str) -> str:
    """The name a type begins with: `datetime` of `datetime[us, UTC]`."""
    return type_text.partition("[")[0].partition("(")[0].strip()
