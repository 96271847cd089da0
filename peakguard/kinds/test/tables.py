"""Rows and steps of a test: text of CSV, a list of tables, or a series."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from pydantic import PlainValidator, WithJsonSchema

from peakguard.diagnostics import codes
from peakguard.kinds.test.series import COLUMNS, TIMES, problem_of, rows_of
from peakguard.language.values import fault


def height(table: Any) -> int:
    """How many rows there are."""
    if isinstance(table, Mapping):
        return int(table[TIMES])
    return len(table) if not isinstance(table, str) else len(_lines(table)) - 1


def names(table: Any) -> list[str]:
    """The columns that any row has, in the order in which they first come."""
    if isinstance(table, str):
        return _lines(table)[0]
    if isinstance(table, Mapping):
        return list(table[COLUMNS])
    return list(dict.fromkeys(name for row in table for name in row))


def records(table: Any) -> list[dict[str, Any]]:
    """The rows as tables; cells of CSV are text, and an empty one is left out."""
    if isinstance(table, Mapping):
        return list(rows_of(table))
    if not isinstance(table, str):
        return [dict(row) for row in table]
    header, *rows = _lines(table)
    return [{name: cell for name, cell in zip(header, row, strict=True) if cell} for row in rows]


def _lines(text: str) -> list[list[str]]:
    return [row for row in csv.reader(io.StringIO(text), strict=True) if row]


def _checked(value: Any) -> Any:
    if isinstance(value, str):
        problem = _problem_of_text(value)
    else:
        problem = problem_of(value) if isinstance(value, Mapping) else _problem_of_list(value)
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
        return "it is neither text of CSV nor a list nor a series"
    if not rows:
        return "there is no row"
    odd = next((number for number, row in enumerate(rows) if not isinstance(row, Mapping)), None)
    return f"row {odd} is no table" if odd is not None else None


Table = Annotated[
    Any,
    PlainValidator(_checked),
    WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "object"}}, {"type": "object"}]}),
]
"""Text of CSV with a header; a list of tables, in which a value that is missing is left out; or a series."""
