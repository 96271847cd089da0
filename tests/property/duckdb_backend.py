"""DuckDB as a back end of the agreement tests: nasty frames as tables, and what emitted SQL makes of them."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import duckdb
import polars as pl

from peakguard.expression.emit.sql import emit
from peakguard.expression.typed import Typed
from tests.property.nasty import SCOPE

POSITION = "position"
"""The column that says which row a row is."""
_LARGEST = 2**63 - 2
"""2**63 - 1 and its opposite are infinite to DuckDB."""
_SMALLEST = {"ns": -9_223_286_400 * 10**9, "us": -9_223_372_022_400 * 10**6, "ms": -(2**63) // 1000}


def storable(data: pl.DataFrame) -> pl.DataFrame:
    """The frame with its times within the range of DuckDB's."""
    times = [(name, type) for name, type in data.schema.items() if isinstance(type, pl.Datetime)]
    counts = [pl.col(name).cast(pl.Int64).clip(_SMALLEST[type.time_unit], _LARGEST).cast(type) for name, type in times]
    return data.with_columns(*counts)


def run(root: Typed, data: pl.DataFrame, within: Sequence[str] = (), *, dataset: bool = False) -> list[Any]:
    """The value for each row, or for each group in the order in which groups first appear."""
    found = ask(sql(root, data, within, dataset=dataset))
    if not dataset or not within:
        return [each[-1] for each in found]
    by_group = {each[:-1]: each[-1] for each in found}
    assert len(by_group) == len(found)
    return [by_group[key] for key in dict.fromkeys(data.select(within).iter_rows())]


def sql(root: Typed, data: pl.DataFrame, within: Sequence[str] = (), *, dataset: bool = False) -> str:
    """The text of the query for a frame."""
    return emit(root, _table(data), {}, within, [POSITION], dataset=dataset, dialect="duckdb")


def ask(text: str) -> list[tuple[Any, ...]]:
    """The rows that a query finds."""
    return _connection().execute(text).fetchall()


@lru_cache(maxsize=1)
def _connection() -> duckdb.DuckDBPyConnection:
    """One thread, for queries on few rows; a zone that none of the columns has, to see that it does not matter."""
    made = duckdb.connect(config={"threads": 1})
    made.execute("SET TimeZone = 'Asia/Kathmandu'")
    return made


_TABLES: dict[int, tuple[pl.DataFrame, str]] = {}


def _table(data: pl.DataFrame) -> str:
    """The name of the table with the rows of a frame, which is made when it is first asked for."""
    if id(data) not in _TABLES:
        name = f"frame_{len(_TABLES)}"
        lengths = [pl.col(name).cast(pl.Int64) for name, type in data.schema.items() if isinstance(type, pl.Duration)]
        _connection().register("arriving", data.with_columns(*lengths).with_row_index(POSITION).to_arrow())
        _connection().execute(f"CREATE TABLE {name} AS FROM arriving")
        _TABLES[id(data)] = (data, name)
    return _TABLES[id(data)][1]


assert POSITION not in SCOPE.columns
