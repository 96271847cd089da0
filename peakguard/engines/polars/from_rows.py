"""Canonical rows as a frame: the way back from `rows.py`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from peakguard.engines.polars.library import polars
from peakguard.engines.polars.types import to_dtype

if TYPE_CHECKING:
    import polars as pl


def frame_of(rows: Sequence[Mapping[str, Any]], forms: Mapping[str, str | Mapping[str, Any]]) -> pl.DataFrame:
    """A frame with a column for each form (as in a plan); times come as counts of their unit.

    Without any form it has one column of nulls: a frame without columns forgets how many rows it has.
    """
    library = polars()
    columns = []
    for name, form in forms.items():
        wanted = to_dtype(form, None)
        values = [row[name] for row in rows]
        columns.append(library.Series(name, values, dtype=_counted(wanted), strict=False).cast(wanted))
    made: pl.DataFrame = library.DataFrame(columns or {"no_column": [None] * len(rows)})
    return made


def _counted(dtype: Any) -> Any:
    """The type with a count in place of each time, and text in place of each enum."""
    library = polars()
    if isinstance(dtype, library.Datetime | library.Duration):
        return library.Int64()
    if isinstance(dtype, library.Enum):
        return library.String()
    if isinstance(dtype, library.List):
        return library.List(_counted(dtype.inner))
    if isinstance(dtype, library.Struct):
        return library.Struct({field.name: _counted(field.dtype) for field in dtype.fields})
    return dtype
