"""The exact rows of keys that stand more than once: a second look at the data, at the key columns alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from peakguard.engines.polars.batches import Batches
from peakguard.engines.polars.examples import examples_of
from peakguard.engines.polars.keys import Uniqueness, comparable
from peakguard.engines.polars.library import polars
from peakguard.runtime.rows import Rows
from peakguard.runtime.violation import Example

if TYPE_CHECKING:
    import polars as pl

ROW = "__row"


def find_repeated(
    unique: Uniqueness, batches: Batches, key: Sequence[str], height: int, examples: int
) -> tuple[Rows, tuple[Example, ...]]:
    """All rows whose key is that of another row, and the first of them with their values."""
    columns = unique.columns
    again = partial(frames_of, batches)
    if not unique.is_sorted:
        from peakguard.engines.polars.spill import repeated_anywhere

        rows = repeated_anywhere(frames_of(batches, columns), columns, height, nulls=unique.nulls)
        return rows, shown_rows(again, columns, key, rows.first(examples)) if rows else ()
    candidates = unique.candidates()
    if candidates is None:
        return Rows(), ()
    found = _rows_like(frames_of(batches, columns), columns, candidates, nulls=unique.nulls)
    rows = Rows.of(repeated(found, columns)[ROW].sort().to_list())
    return rows, shown_rows(again, columns, key, rows.first(examples)) if rows else ()


def frames_of(batches: Batches, columns: Sequence[str]) -> Iterator[pl.DataFrame]:
    """The named columns, batch by batch."""
    return (aligned.frame for aligned, _ in batches.read(columns))


def _rows_like(
    frames: Iterator[pl.DataFrame], columns: Sequence[str], candidates: pl.DataFrame, *, nulls: bool
) -> pl.DataFrame:
    names = key_names(columns)
    library = polars()
    wanted = candidates.rename(dict(zip(columns, names, strict=True)))
    likely = wanted[names[-1]].unique().implode()
    found, base = [], 0
    for frame in frames:
        rows = keyed(frame, columns, base, nulls=nulls)
        base += frame.height
        # One column sorts out most rows, at a fraction of what comparing whole keys costs.
        rows = rows.filter(library.col(names[-1]).is_in(likely, nulls_equal=True))
        found.append(rows.join(wanted, on=names, how="semi", nulls_equal=True))
    together: pl.DataFrame = library.concat(found)
    return together


def shown_rows(
    again: Callable[[Sequence[str]], Iterator[pl.DataFrame]],
    columns: Sequence[str],
    key: Sequence[str],
    rows: Sequence[int],
) -> tuple[Example, ...]:
    """The given rows with the contract's key and the columns of the check."""
    shown: list[Example] = []
    base = 0
    for frame in again(list(dict.fromkeys([*key, *columns]))):
        here = [row - base for row in rows if base <= row < base + frame.height]
        shown += (each._replace(row=each.row + base) for each in examples_of(frame, here, key, columns))
        base += frame.height
        if len(shown) == len(rows):
            break
    return tuple(shown)


def keyed(frame: pl.DataFrame, columns: Sequence[str], base: int, *, nulls: bool) -> pl.DataFrame:
    """The keys of a batch in comparable form, and the numbers of its rows.

    Without `nulls`, a key with a missing value is like no other, and is left out.
    """
    numbers: Any = polars().int_range(base, base + frame.height, dtype=polars().Int64, eager=True)
    names = key_names(columns)
    rows = comparable(frame.select(columns)).rename(dict(zip(columns, names, strict=True)))
    rows = rows.with_columns(numbers.alias(ROW))
    return rows if nulls else rows.drop_nulls(names)


def repeated(rows: pl.DataFrame, columns: Sequence[str]) -> pl.DataFrame:
    """Those rows whose key stands more than once among them."""
    return rows.filter(polars().len().over(key_names(columns)) > 1).select(ROW)


def key_names(columns: Sequence[str]) -> list[str]:
    """Names that no column of a contract has."""
    return [f"key {name}" for name in columns]
