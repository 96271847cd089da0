"""Rows as the expression language reads them one by one: times as counts of their unit, enums as text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from peakguard.engines.polars.expressions import expression
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


def values_of(frame: pl.DataFrame, text: str, name: str, *, is_dataset: bool, within: Sequence[str]) -> list[Any]:
    """What a generated text gives for each row; of a dataset rule for all rows, or for each group as they first appear.

    `name` is one that no column has.
    """
    made = expression(text).alias(name)
    if not is_dataset:
        # A text that reads no column is one value to Polars, and belongs to every row.
        return canonical_values(frame.with_columns(made)[name])
    if within:
        return canonical_values(frame.group_by(within, maintain_order=True).agg(made)[name])
    return canonical_values(frame.select(made)[name])


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
