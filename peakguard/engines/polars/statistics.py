"""Columns of which the statistics of Parquet files prove all that is asked, so that nobody needs to decode them.

A row group says of a column how many values are missing, and the least and the greatest of the others. A bound holds
for all values where it holds for these two; anything else that asks something of one value, where the two are the same.
Floats are always decoded: their statistics leave NaN out. So are columns that are held in another type than declared.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from peakguard.engines.polars.expressions import Counted, verdict_of
from peakguard.engines.polars.library import polars
from peakguard.engines.polars.types import holds, to_dtype
from peakguard.runtime.rows import Rows

if TYPE_CHECKING:
    import polars as pl

Check = Mapping[str, Any]
_BOUNDS = ("gt", "ge", "lt", "le")
_WHOLE_TEXT = 32
"""Statistics of texts of at least so many bytes may be shortened."""


class Extent(NamedTuple):
    """What a row group says of a column; without a value that is not missing, `least` and `greatest` are None."""

    rows: int
    missing: int
    least: Any
    greatest: Any


def extents(files: Sequence[str], columns: Sequence[str]) -> dict[str, list[Extent]]:
    """What the row groups of Parquet files say of columns; nothing of a column that one of them is silent about."""
    import pyarrow.parquet as pq

    found: dict[str, list[Extent]] = {name: [] for name in columns}
    for file in files:
        metadata = pq.read_metadata(file)
        for number in range(metadata.num_row_groups):
            group = metadata.row_group(number)
            chunks = (group.column(place) for place in range(group.num_columns))
            told = {
                chunk.path_in_schema: _extent(chunk, group.num_rows)
                for chunk in chunks
                if chunk.path_in_schema in found
            }
            for name in list(found):
                extent = told.get(name)
                if extent is None:
                    del found[name]
                else:
                    found[name].append(extent)
    return found


def _extent(chunk: Any, rows: int) -> Extent | None:
    held = chunk.statistics
    if held is None or not held.has_null_count:
        return None
    if held.null_count == rows:
        return Extent(rows, rows, None, None)
    if not held.has_min_max:
        return None
    try:
        return Extent(rows, held.null_count, held.min, held.max)
    except (NotImplementedError, OverflowError, TypeError, ValueError):  # a type that Python has no value for
        return None


def proven(
    plan: Mapping[str, Any], checks: Sequence[Check], schema: pl.Schema, files: Sequence[str]
) -> tuple[dict[str, Counted], frozenset[str]]:
    """The counts of all checks of the columns that need not be decoded, and these columns."""
    candidates = _candidates(plan, checks, schema)
    told = extents(files, list(candidates.values()))
    counted: dict[str, Counted] = {}
    spared = set()
    for name, physical in candidates.items():
        mine = [check for check in checks if name in check["reads"]]
        if physical in told and all(_holds(check, name, schema[physical], told[physical]) for check in mine):
            rows, missing = (sum(each[place] for each in told[physical]) for place in (0, 1))
            spared.add(name)
            for check in mine:
                is_about_null = check["id"].endswith(".not_null")
                passed = rows if is_about_null else rows - missing
                counted[check["id"]] = Counted(passed, 0, rows - passed, Rows())
    return counted, frozenset(spared)


def _candidates(plan: Mapping[str, Any], checks: Sequence[Check], schema: pl.Schema) -> dict[str, str]:
    """Declared columns that only their own constraints read, held in their very type, with their names in the file."""
    read_elsewhere = set(_read_elsewhere(plan, checks))
    found = {}
    for column in plan["columns"]:
        present = [name for name in column["names"] if name in schema]
        if column["name"] in read_elsewhere or len(present) != 1:
            continue
        wanted = to_dtype(column["type"], column["values"])
        if _is_told(wanted) and holds(schema[present[0]], wanted):
            found[column["name"]] = present[0]
    return found


def _read_elsewhere(plan: Mapping[str, Any], checks: Iterable[Check]) -> Iterable[str]:
    yield from plan["key"]
    if plan["freshness"] is not None:
        yield plan["freshness"][0]
    for each in (*plan["calls"], *plan["references"]):
        yield from each["reads"]
    for check in checks:
        yield from check["within"]
        is_own = (
            check["id"] == f"columns.{check['reads'][0]}.{check['id'].rsplit('.', 1)[-1]}" if check["reads"] else True
        )
        if not is_own or check["sampled"] or check["stream"] is not None:
            yield from check["reads"]


def _is_told(wanted: pl.DataType) -> bool:
    """Whether the least and the greatest value mean for a type what they mean for its values."""
    library = polars()
    if isinstance(wanted, library.Datetime):
        # Where clocks go back at midnight, a later time may fall on an earlier day.
        return wanted.time_zone in (None, "UTC")
    plain = (library.Int64, library.Date, library.Duration, library.Boolean, library.String)
    return isinstance(wanted, (*plain, library.Decimal))


def _holds(check: Check, name: str, kind: pl.DataType, told: Sequence[Extent]) -> bool:
    if check["id"].endswith(".not_null"):
        return not any(each.missing for each in told)
    valued = [each for each in told if each.missing < each.rows]
    is_text = isinstance(kind, polars().String)
    is_bound = check["id"].rsplit(".", 1)[-1] in _BOUNDS and not is_text
    if not is_bound and any(each.least != each.greatest for each in valued):
        return False
    if is_text and any(len(str(each.least).encode()) >= _WHOLE_TEXT for each in valued):
        return False
    try:
        ends = polars().Series(name, [value for each in valued for value in each[2:]], dtype=kind, strict=True)
    except (TypeError, OverflowError, polars().exceptions.PolarsError):
        return False
    verdicts = polars().DataFrame([ends]).select(verdict_of(check, "guarded").alias("verdict")).to_series()
    return bool(verdicts.all(ignore_nulls=False))
