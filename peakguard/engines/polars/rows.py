"""Rows as the expression language reads them one by one: times as counts of their unit, enums as text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from peakguard.engines.polars.library import polars

if TYPE_CHECKING:
    import polars as pl


def canonical_rows(frame: pl.DataFrame) -> list[dict[str, Any]]:
    """The rows of a frame: bool, int, float, Decimal, str, date, list, dict and None; other times as int."""
    columns = [_canonical(polars().col(name), dtype).alias(name) for name, dtype in frame.schema.items()]
    return frame.select(columns).to_dicts() if columns else []


def canonical_values(values: pl.Series) -> list[Any]:
    """A single column of such values."""
    return [row[values.name] for row in canonical_rows(values.to_frame())]


def _canonical(column: pl.Expr, dtype: Any) -> pl.Expr:
    library = polars()
    if isinstance(dtype, library.Datetime | library.Duration):
        return column.cast(library.Int64)
    if isinstance(dtype, library.Enum | library.Categorical):
        return column.cast(library.String)
    if isinstance(dtype, library.List):
        return column.list.eval(_canonical(library.element(), dtype.inner))
    if isinstance(dtype, library.Struct):
        fields = [_canonical(library.field(each.name), each.dtype).alias(each.name) for each in dtype.fields]
        return column.struct.with_fields(fields)
    return column
