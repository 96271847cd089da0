"""Offending rows as plain values, ready for JSON."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from peakguard.engines.polars.library import polars
from peakguard.engines.polars.moments import text_of
from peakguard.runtime.violation import Example

if TYPE_CHECKING:
    import polars as pl


def examples_of(
    frame: pl.DataFrame, rows: Sequence[int], key: Sequence[str], reads: Sequence[str]
) -> tuple[Example, ...]:
    """The given rows with their key and the columns that a rule reads."""
    values = [name for name in reads if name not in key]
    return tuple(
        Example(row, _cells_of(frame, row, key), {name: cell(frame[name], row) for name in values}) for row in rows
    )


def group_examples(frame: pl.DataFrame, rows: Sequence[int], within: Sequence[str]) -> tuple[Example, ...]:
    """Groups, each by its first row, with the values that tell it apart."""
    return tuple(Example(row, _cells_of(frame, row, within), {}) for row in rows)


def cells(
    frame: pl.DataFrame, rows: Sequence[int], key: Sequence[str], column: str, written: Sequence[Any]
) -> tuple[Example, ...]:
    """Rows with what is written in a cell that could not be read."""
    key = [name for name in key if name != column]
    return tuple(
        Example(row, _cells_of(frame, row, key), {column: plain(value)})
        for row, value in zip(rows, written, strict=False)
    )


def cell(values: pl.Series, row: int) -> Any:
    """A cell as a JSON value; a time that Python has no value for, also inside a list, as its count of units."""
    library = polars()
    kind, piece = values.dtype, values.slice(row, 1)
    if piece.null_count():
        return None
    if isinstance(kind, library.Struct):
        return {field.name: cell(piece.struct.field(field.name), 0) for field in kind.fields}
    if isinstance(kind, library.List | library.Array):
        inside = values[row]
        return [cell(inside, place) for place in range(len(inside))]
    told = text_of(values, row)
    return plain(values[row]) if told is None else told


def plain(value: Any) -> Any:
    """A cell as a JSON value; what JSON cannot hold becomes text."""
    match value:
        case float() if not math.isfinite(value):
            return str(value)
        case None | bool() | int() | float() | str():
            return value
        case date():
            return value.isoformat()
        case timedelta() | Decimal():
            return str(value)
        case bytes():
            return value.hex()
        case dict():
            return {name: plain(each) for name, each in value.items()}
        case list():
            return [plain(each) for each in value]
        case _ if isinstance(value, polars().Series):
            return plain(value.to_list())
        case _:
            return str(value)


def _cells_of(frame: pl.DataFrame, row: int, names: Sequence[str]) -> dict[str, Any]:
    return {name: cell(frame[name], row) for name in names if name in frame.columns}
