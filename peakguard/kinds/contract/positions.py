"""Polars text about where rows stand, and the plan's entry for a check that is made of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any


def is_first() -> str:
    """Whether a row is the first of all, or of its group."""
    return "(pl.int_range(pl.len()) == 0)"


def over(text: str, within: Sequence[str]) -> str:
    """The same within each group."""
    return f"({text}).over({names_of(within)})" if within else f"({text})"


def names_of(columns: Sequence[str]) -> str:
    """A list of columns."""
    return "[" + ", ".join(repr(name) for name in columns) + "]"


def check_of(
    name: str, passes: str, reads: Sequence[str], error: str | None, stream: dict[str, Any] | None
) -> dict[str, Any]:
    """A check of rows in the form that a plan has."""
    return {
        "id": name,
        "form": "row",
        "passes": passes,
        "guarded": passes,
        "is_promise": False,
        "applies": None,
        "may_be_unknown": {"passes": True, "guarded": True},
        "stream": stream,
        "reads": list(reads),
        "within": [],
        "on_null": "pass",
        "severity": "error",
        "error": error,
        "message": None,
        "max_fail_rate": 0.0,
        "mode": "enforce",
        "sampled": False,
    }


def earlier(column: str, rows: int) -> str:
    """The value of a column so many rows before, where the rows before stand beside each row as a struct."""
    return f"pl.col('earlier by {rows}').struct.field({column!r})"
