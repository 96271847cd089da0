"""The rows of a data file as lines over an axis, in one streaming query for each question.

Rows fall into a bounded number of stretches, of which the least and greatest value are kept: what
is drawn is bounded by the picture, not by the file, and a single wild tick stays to be seen.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from peakguard.engines.polars.examples import plain
from peakguard.engines.polars.files import read_faults, scan_of
from peakguard.engines.polars.find_files import Files, find_files
from peakguard.engines.polars.library import polars
from peakguard.engines.polars.types import to_dtype
from peakguard.runtime.series import Axis, Gap, Mark, Panel, Series, Stretch

if TYPE_CHECKING:
    import polars as pl

STRETCHES = 600
MOST_GROUPS = 4
_ROW, _AT, _PLACE, _RULE = "__row", "__at", "__place", "__rule"


def series_of(
    path: str,
    columns: Sequence[Mapping[str, Any]],
    axis: Axis,
    drawn: Sequence[str],
    faults: Mapping[str, Sequence[int]],
) -> Series | None:
    """The lines of the `drawn` columns with the rows that count against each rule; `columns` as in a plan.

    A gap is drawn before each row that counts against `cadence`. None where the file has no such
    axis or nothing to draw over it. Raises PeakguardError (PG140 to PG153) where it cannot be read again.
    """
    files = find_files(path)
    with read_faults(files):
        return _series(files, columns, axis, drawn, faults)


def _series(
    files: Files,
    columns: Sequence[Mapping[str, Any]],
    axis: Axis,
    drawn: Sequence[str],
    faults: Mapping[str, Sequence[int]],
) -> Series | None:
    rows = _rows(files, columns, [axis.column, *axis.within, *drawn])
    if rows is None:
        return None
    present = rows.collect_schema().names()
    drawn = [name for name in drawn if name in present]
    if not drawn or any(name not in present for name in (axis.column, *axis.within)):
        return None
    placed = rows.with_columns(_position(axis).alias(_AT))
    table = _table(faults)
    groups = _groups(placed, axis, table)
    panels = [_panel(placed, axis, drawn, table, tuple(faults), group) for group in groups[:MOST_GROUPS]]
    found = tuple(panel for panel in panels if panel is not None)
    return Series(axis, tuple(drawn), found, len(groups) - len(panels)) if found else None


def _rows(files: Files, columns: Sequence[Mapping[str, Any]], wanted: Sequence[str]) -> pl.LazyFrame | None:
    """The wanted columns under the names and types of the contract, with the number of each row."""
    library = polars()
    scanned = scan_of(files)
    physical = scanned.collect_schema()
    chosen = []
    for column in columns:
        present = [name for name in dict.fromkeys(column["names"]) if name in physical]
        if len(present) == 1 and column["name"] in wanted:
            chosen.append(_typed(library.col(present[0]), physical[present[0]], column).alias(column["name"]))
    return scanned.select(chosen).with_row_index(_ROW) if chosen else None


def _typed(values: pl.Expr, found: pl.DataType, column: Mapping[str, Any]) -> pl.Expr:
    library = polars()
    wanted = to_dtype(column["type"], column["values"])
    if isinstance(wanted, library.Enum):
        return values.cast(library.String)
    if found != library.String or isinstance(wanted, library.String):
        return values.cast(wanted, strict=False)
    if isinstance(wanted, library.Date):
        return values.str.to_date(column["parse"], strict=False)
    if isinstance(wanted, library.Datetime):
        return values.str.to_datetime(
            column["parse"], time_unit=wanted.time_unit, time_zone=wanted.time_zone, strict=False
        )
    return values.cast(wanted, strict=False)


def _position(axis: Axis) -> pl.Expr:
    """Where a row stands on the axis: seconds for times, the value itself for numbers."""
    library = polars()
    column = library.col(axis.column)
    seconds = column.cast(library.Datetime("us")).cast(library.Int64) / 1_000_000
    position: pl.Expr = seconds if axis.is_time else column.cast(library.Float64)
    return position


def _table(faults: Mapping[str, Sequence[int]]) -> pl.DataFrame:
    """One line for each row and rule that it breaks; rules by their place in the mapping."""
    library = polars()
    parts = [
        library.DataFrame(
            {_ROW: rows, _RULE: [number] * len(rows)}, schema={_ROW: library.UInt32, _RULE: library.Int64}
        )
        for number, rows in enumerate(faults.values())
    ]
    empty = library.DataFrame(schema={_ROW: library.UInt32, _RULE: library.Int64})
    table: pl.DataFrame = library.concat([empty, *parts])
    return table


def _groups(rows: pl.LazyFrame, axis: Axis, table: pl.DataFrame) -> list[dict[str, Any]]:
    """The groups as conditions on rows: those with most faults first, then as they stand in the file."""
    library = polars()
    if not axis.within:
        return [{}]
    marked = table.group_by(_ROW).len("__faults")
    counted = (
        rows.select(_ROW, *axis.within)
        .join(marked.lazy(), on=_ROW, how="left")
        .group_by(axis.within)
        .agg(library.col("__faults").sum(), library.col(_ROW).min())
        .sort(["__faults", _ROW], descending=[True, False])
        .select(axis.within)
    )
    collected: pl.DataFrame = counted.collect(engine="streaming")
    return collected.to_dicts()


def _panel(
    rows: pl.LazyFrame,
    axis: Axis,
    drawn: Sequence[str],
    table: pl.DataFrame,
    rules: Sequence[str],
    group: Mapping[str, Any],
) -> Panel | None:
    library = polars()
    own = rows
    for name, value in group.items():
        own = own.filter(library.col(name).eq_missing(library.lit(value)))
    at = library.col(_AT)
    extent = own.select(
        at.len().alias("rows"), at.count().alias("placed"), at.min().alias("low"), at.max().alias("high")
    )
    height, placed, start, end = extent.collect(engine="streaming").row(0)
    if not placed:
        return None
    width = (end - start) / STRETCHES or 1.0
    place = ((at - start) / width).floor().clip(0, STRETCHES - 1).alias(_PLACE)
    own = own.with_columns(place)
    return Panel(
        {name: plain(value) for name, value in group.items()},
        height,
        height - placed,
        start,
        end,
        tuple(_stretches(own, drawn)),
        tuple(_marks(own, drawn, table, rules)),
        tuple(_gaps(own, axis, table, rules)),
    )


def _bounds(drawn: Sequence[str]) -> list[pl.Expr]:
    """The least and greatest number of each column; NaN and infinities have no place in a picture."""
    library = polars()
    finite = {name: library.col(name).cast(library.Float64) for name in drawn}
    finite = {name: library.when(value.is_finite()).then(value) for name, value in finite.items()}
    lows = [value.min().alias(f"low {name}") for name, value in finite.items()]
    return [*lows, *(value.max().alias(f"high {name}") for name, value in finite.items())]


def _stretches(rows: pl.LazyFrame, drawn: Sequence[str]) -> Iterator[Stretch]:
    library = polars()
    query = rows.filter(library.col(_AT).is_not_null()).group_by(_PLACE).agg(library.col(_AT).min(), *_bounds(drawn))
    for each in query.sort(_PLACE).collect(engine="streaming").to_dicts():
        yield Stretch(each[_AT], _of(each, "low", drawn), _of(each, "high", drawn))


def _marks(rows: pl.LazyFrame, drawn: Sequence[str], table: pl.DataFrame, rules: Sequence[str]) -> Iterator[Mark]:
    library = polars()
    query = (
        rows.join(table.lazy(), on=_ROW)
        .filter(library.col(_AT).is_not_null())
        .group_by(_RULE, _PLACE)
        .agg(library.col(_ROW).len().alias("len"), library.col(_ROW).min(), library.col(_AT).min(), *_bounds(drawn))
        .sort(_RULE, _PLACE)
    )
    for each in query.collect(engine="streaming").to_dicts():
        low, high = _of(each, "low", drawn), _of(each, "high", drawn)
        yield Mark(rules[each[_RULE]], each[_AT], each["len"], each[_ROW], low, high)


def _gaps(rows: pl.LazyFrame, axis: Axis, table: pl.DataFrame, rules: Sequence[str]) -> Iterator[Gap]:
    """A gap ends at the row that breaks the cadence and starts at the one before it in its group."""
    if "cadence" not in rules:
        return
    library = polars()
    late = table.filter(library.col(_RULE) == list(rules).index("cadence"))[_ROW]
    stepped = rows.select(_ROW, _PLACE, library.col(_AT).alias("end"), library.col(_AT).shift(1).alias("start"))
    step = library.col("end") - library.col("start")
    # A row that comes too early breaks the cadence, too, but nothing is missing before it.
    gaps = stepped.filter(library.col(_ROW).is_in(late.implode()) & (step > (axis.every or 0)))
    # Of many small gaps in one place the longest is drawn.
    longest = gaps.sort(step).group_by(_PLACE).last().sort(_PLACE)
    for each in longest.collect(engine="streaming").to_dicts():
        yield Gap(each["start"], each["end"], each[_ROW])


def _of(row: Mapping[str, Any], side: str, drawn: Sequence[str]) -> dict[str, float | None]:
    return {name: row[f"{side} {name}"] for name in drawn}
