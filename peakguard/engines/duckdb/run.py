"""Generated SQL over one frame, in a database of its own in memory."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from peakguard.diagnostics import codes
from peakguard.runtime.errors import PeakguardError

if TYPE_CHECKING:
    import polars as pl

POSITION = "position_of_row"
"""The column that says which row a row is; a table has no order of its own."""


def run(query: str, relation: str, frame: pl.DataFrame) -> list[tuple[Any, ...]]:
    """The rows that a query over `relation`, which holds the rows of a frame, finds.

    Raises PeakguardError (PG2004) where DuckDB is not installed.
    """
    try:
        import duckdb
    except ImportError as error:
        raise PeakguardError(codes.EXTRA_MISSING, feature="Running SQL", package="duckdb", extra="sql") from error
    with duckdb.connect(config={"threads": 1}) as connection:
        connection.register(relation, _storable(frame).with_row_index(POSITION).to_arrow())
        rows: list[tuple[Any, ...]] = connection.execute(query).fetchall()
    return rows


def _storable(frame: pl.DataFrame) -> pl.DataFrame:
    """Durations as counts: an interval of DuckDB has months, and loses nanoseconds."""
    from peakguard.engines.polars.library import polars

    library = polars()
    lengths = [name for name, kind in frame.schema.items() if isinstance(kind, library.Duration)]
    return frame.with_columns(library.col(lengths).cast(library.Int64)) if lengths else frame
