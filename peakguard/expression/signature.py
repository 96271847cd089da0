"""What a function takes and where it may be called: the shape of an entry of the function table."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from peakguard.expression.fault import Fault
from peakguard.expression.typed import Typed

ROW, ORDERED, DATASET, SPREAD = "row", "ordered", "dataset", "spread"
"""Groups: of one row; of rows in order; one value of all rows; of one row among all, inside a dataset function."""

KINDS: dict[str, frozenset[str]] = {
    "a bool": frozenset({"bool"}),
    "a date or datetime": frozenset({"date", "datetime"}),
    "a datetime": frozenset({"datetime"}),
    "a datetime, or a date as '2027-03-01'": frozenset({"datetime", "string"}),
    "a float64": frozenset({"float64"}),
    "a number": frozenset({"int64", "float64", "decimal"}),
    "an int64 or float64": frozenset({"int64", "float64"}),
    "a number or duration": frozenset({"int64", "float64", "decimal", "duration"}),
    "a number or time": frozenset({"int64", "float64", "decimal", "date", "datetime", "duration"}),
    "a string": frozenset({"string"}),
    "a string or bytes": frozenset({"string", "binary"}),
    "anything": frozenset(
        "bool int64 float64 decimal string binary enum date datetime duration list record".split()  # noqa: SIM905 # a list of words
    ),
    "a value": frozenset({"bool", "int64", "float64", "decimal", "string", "enum", "date", "datetime", "duration"}),
}
"""What a parameter may expect of a value, in words, and the types that answer to it."""

REQUIRED = object()


class Parameter(NamedTuple):
    """A value of certain types, or with `literal` a constant: a test that says whether it will do.

    `expects` is a key of KINDS, or for a literal the form in words.
    """

    name: str
    expects: str
    literal: Callable[[Any], bool] | None = None
    default: Any = REQUIRED


class Called(NamedTuple):
    """A call whose arguments have been checked: values in `args`, constants in `options` by name."""

    function: str
    args: list[Typed]
    options: dict[str, Any]
    start: int
    end: int


class Function(NamedTuple):
    """An entry of the table. With `variadic`, the last value may be repeated."""

    group: str
    parameters: tuple[Parameter, ...]
    build: Callable[[Called], Typed | Fault]
    variadic: bool = False

    def signature(self, name: str) -> str:
        """How a call is written, such as `close(a, b, rel=1e-09, abs=0.0)`."""
        parts = [_shown(each) for each in self.parameters]
        return f"{name}({', '.join(parts)}{', …' if self.variadic else ''})"


def value(name: str, expects: str) -> Parameter:
    """A parameter that takes a value."""
    return Parameter(name, expects)


def constant(name: str, expects: str, literal: Callable[[Any], bool], default: Any = REQUIRED) -> Parameter:
    """A parameter that takes a literal."""
    return Parameter(name, expects, literal, default)


def _shown(parameter: Parameter) -> str:
    return parameter.name if parameter.default is REQUIRED else f"{parameter.name}={parameter.default!r}"
