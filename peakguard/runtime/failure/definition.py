"""What a catalog says of a code, as the compiler left it: plain data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal, NamedTuple


class Definition(NamedTuple):
    """One code that may be raised; the fields are those of the `errors` policy, with the defaults of its category.

    `context` maps a field to its type and unit. `origin` is the file and line that declare the code.
    """

    code: str
    slug: str
    domain: str
    title: str
    category: str
    severity: str
    message: str
    context: Mapping[str, Sequence[str | None]]
    cause: str | None
    hints: Sequence[str]
    recovery: Sequence[str]
    retryable: bool
    exit_code: int
    http_status: int
    also: Sequence[str]
    matches: Sequence[Mapping[str, str]]
    replaced_by: str | None
    origin: str

    @classmethod
    def of(cls, table: Mapping[str, Any]) -> Definition:
        """The definition in a compiled table, which holds exactly these fields."""
        return cls(**table)


def severity_of(definition: Definition) -> Literal["info", "warning", "error"]:
    """The severity of an event about an error; a critical one is an error too."""
    return "info" if definition.severity == "info" else "warning" if definition.severity == "warning" else "error"


def class_name(slug: str) -> str:
    """The name of the exception of a slug: BarInconsistent for `bar_inconsistent`."""
    return "".join(word.capitalize() for word in slug.split("_"))
