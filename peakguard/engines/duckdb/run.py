"""Generated SQL over one frame, in a database of its own in memory."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from peakguard.diagnostics import codes
from peakguard.runtime.errors import PeakguardError

if TYPE_CHECKING:
    import polars as pl

TABLE = "rows"
"""The name of the table that a query reads."""
_INFINITE = 2**63 - 1
"""A time that is this count, or its opposite, is infinite to DuckDB."""


def run(
    query: str, frame: pl.DataFrame, position: str, within: Sequence[str] = (), *, is_whole: bool = False
) -> Sequence[Any] | None:
    """The last column that a query over the rows of a frame finds: a value for each row, or for each group.

    `position` names the column that holds the row numbers. Groups come in the order in which they first appear.
    None for rows that DuckDB cannot hold. Raises PeakguardError (PG2004) where it is not installed.
    """
    with connected() as connection:
        return table_of(connection, frame, position).ask(query, within, is_whole=is_whole)


@contextmanager
def connected() -> Iterator[Any]:
    """A database in memory. Raises PeakguardError (PG2004) without DuckDB."""
    try:
        import duckdb
    except ImportError as error:
        raise PeakguardError(codes.EXTRA_MISSING, feature="Running SQL", package="duckdb", extra="sql") from error
    with duckdb.connect(config={"threads": 1}) as connection:
        yield connection


def table_of(connection: Any, frame: pl.DataFrame, position: str) -> Table:
    """The rows of a frame as the one table of a database, to be asked several times."""
    if _is_beyond(frame):
        return Table(frame, None)
    connection.register(TABLE, _storable(frame).with_row_index(position).to_arrow())
    return Table(frame, connection)


class Table:
    """The rows of a frame in DuckDB; without a connection they are rows that it cannot hold."""

    def __init__(self, frame: pl.DataFrame, connection: Any) -> None:
        self._frame = frame
        self._connection = connection

    def ask_rows(self, queries: Sequence[str]) -> list[Sequence[Any] | None]:
        """What each of some queries gives for every row: all in one, where DuckDB can hold what they find."""
        if self._connection is None or not queries:
            return [None] * len(queries)
        import duckdb

        from peakguard.engines.polars.library import polars
        from peakguard.engines.polars.rows import canonical_rows

        columns = ", ".join(f'q{place}."value" AS "{place}"' for place in range(len(queries)))
        joined = " POSITIONAL JOIN ".join(f"({query}) q{place}" for place, query in enumerate(queries))
        whole = f"SELECT {columns} FROM {joined}"  # noqa: S608 # queries that we have written
        try:
            answer: Any = self._connection.sql(whole).to_arrow_table()
        except duckdb.Error:
            return [self.ask(query) for query in queries]
        rows = canonical_rows(polars().from_arrow(answer))
        return [[row[str(place)] for row in rows] for place in range(len(queries))]

    def ask(self, query: str, within: Sequence[str] = (), *, is_whole: bool = False) -> Sequence[Any] | None:
        """What `run` gives for a query."""
        if self._connection is None:
            return None
        import duckdb

        from peakguard.engines.polars.library import polars
        from peakguard.engines.polars.rows import canonical_rows

        try:
            answer: Any = self._connection.sql(query).to_arrow_table()
        except duckdb.ConversionException:
            return None
        names = [f"{place}" for place in range(answer.num_columns)]
        found = polars().from_arrow(answer.rename_columns(names))
        values = [row[names[-1]] for row in canonical_rows(found.select(names[-1]))]
        if not within:
            return values[:1] if is_whole else values
        kinds = {place: self._frame.schema[name] for place, name in zip(names, within, strict=False)}
        keys = _keys(found.select(polars().col(place).cast(kind) for place, kind in kinds.items()))
        by_group = dict(zip(keys, values, strict=True))
        return [by_group[key] for key in dict.fromkeys(_keys(self._frame.select(within)))]


def _keys(frame: pl.DataFrame) -> list[tuple[Any, ...]]:
    """The rows as keys: NaN is equal to itself, and zero has no sign."""
    from peakguard.engines.polars.rows import canonical_rows

    return [
        tuple(
            "NaN" if value != value else 0.0 if value == 0 and isinstance(value, float) else value
            for value in row.values()
        )
        for row in canonical_rows(frame)
    ]


def _is_beyond(frame: pl.DataFrame) -> bool:
    from peakguard.engines.polars.library import polars

    library = polars()
    times = [
        library.col(name).cast(library.Int64).abs() for name, kind in frame.schema.items() if kind == library.Datetime
    ]
    return any(frame.select((each == _INFINITE).any()).item() for each in times)


def _storable(frame: pl.DataFrame) -> pl.DataFrame:
    """Durations as counts: an interval of DuckDB has months, and loses nanoseconds."""
    from peakguard.engines.polars.library import polars

    library = polars()
    lengths = [name for name, kind in frame.schema.items() if isinstance(kind, library.Duration)]
    return frame.with_columns(library.col(lengths).cast(library.Int64)) if lengths else frame
