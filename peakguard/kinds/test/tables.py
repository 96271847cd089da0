"""Rows and steps of a test: text of CSV, or a list of tables."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from pydantic import PlainValidator, WithJsonSchema

from peakguard.diagnostics import codes
from peakguard.language.values import fault


def height(table: Any) -> int:
    """How many rows there are."""
    return len(table) if not isinstance(table, str) else len(_lines(table)) - 1


def names(table: Any) -> list[str]:
    """The columns that any row has, in the order in which they first come."""
    if isinstance(table, str):
        return _lines(table)[0]
    return list(dict.fromkeys(name for row in table for name in row))


def records(table: Any) -> list[dict[str, Any]]:
    """The rows as tables; cells of CSV are text, and an empty one is left out."""
    if not isinstance(table, str):
        return [dict(row) for row in table]
    header, *rows = _lines(table)
    return [{name: cell for name, cell in zip(header, row, strict=True) if cell} for row in rows]


def _lines(text: str) -> list[list[str]]:
    return [row for row in csv.reader(io.StringIO(text), strict=True) if row]


def _checked(value: Any) -> Any:
    problem = _problem_of_text(value) if isinstance(value, str) else _problem_of_list(value)
    if problem is not None:
        raise fault(codes.TEST_TABLE_UNREADABLE, problem=problem)
    return value


def _problem_of_text(text: str) -> str | None:
    try:
        lines = _lines(text)
    except csv.Error as error:
        return str(error)
    if not lines:
        return "there is no header"
    repeated = next((name for name in lines[0] if lines[0].count(name) > 1), None)
    if repeated is not None:
        return f"the header has `{repeated}` twice"
    for number, row in enumerate(lines[1:]):
        if len(row) != len(lines[0]):
            return f"row {number} has {len(row)} cells, and the header {len(lines[0])}"
    return None


def _problem_of_list(rows: Any) -> str | None:
    if not isinstance(rows, Sequence):
        return "it is neither text of CSV nor a list"
    if not rows:
        return "there is no row"
    odd = next((number for number, row in enumerate(rows) if not isinstance(row, Mapping)), None)
    return f"row {odd} is no table" if odd is not None else None


Table = Annotated[
    Any,
    PlainValidator(_checked),
    WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "object"}}]}),
]
"""Text of CSV with a header, or a list of tables; in these a value that is missing is left out."""
