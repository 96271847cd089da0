"""Whether no two rows have the same key, decided while the data stream by.

A column that rises strictly within every group of the other key columns proves it, and that is what sorted
data look like. It must rise above the greatest value that the group ever had, not only above its
neighbour: a block of rows that is sent twice rises within itself. Rows that do not rise so far are
candidates; every key that stands twice has at least one of them, so a second look at the data for the
candidates' keys finds all rows exactly (`key_rows`). Missing values and NaN do not rise, so they are
candidates always.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from peakguard.engines.polars.groups import Runs
from peakguard.engines.polars.library import polars

if TYPE_CHECKING:
    import polars as pl

MAX_CANDIDATES = 1_000_000
"""With more candidates, or more groups, than this the data are not sorted: see `spill`."""


class Uniqueness:
    """One check of uniqueness. Takes the batches in order, each once.

    Held is the greatest value for each group and the candidates. `is_sorted` becomes false where these
    would grow beyond bounds; nothing is proven then, and nothing is held.
    """

    def __init__(self, stream: Mapping[str, Any], limit: int = MAX_CANDIDATES) -> None:
        self.columns: list[str] = list(stream["unique"])
        self.nulls: bool = stream["nulls"]
        self.implied_by: str | None = stream["implied_by"]
        self._rises: str = stream["rises"]
        self.groups: list[str] = list(stream["groups"])
        self._limit = limit
        self._greatest: pl.DataFrame | None = None
        self._candidates: list[pl.DataFrame] = []
        self._count = 0
        self._is_doubtful = False
        self.is_sorted = True

    def start_from(self, rows: pl.DataFrame) -> None:
        """Take the last rows of every group of data that are known to rise, in place of these data."""
        if rows.height:
            self._raise_to(comparable(rows.select(self.columns)))

    def take(self, frame: pl.DataFrame, runs: Runs | None) -> None:
        """Add a batch; `runs` says how its groups lie, if each lies in one piece."""
        if not self.is_sorted:
            return
        keys = comparable(frame.select(self.columns))
        if not self.nulls and keys[self._rises].null_count():
            # Missing values are no duplicates of each other here: the others are looked at by themselves.
            keys, runs = keys.drop_nulls(), None
        if not keys.height:
            return
        if runs is None:
            self._collect(keys)
        elif self._is_doubtful or not self._rises_in(keys, runs):
            # Where one batch does not rise, the next one likely does not either: it is not asked first.
            self._is_doubtful = self._collect_runs(keys, runs)
        else:
            self._raise_to(keys[runs.tails(1)])

    def candidates(self) -> pl.DataFrame | None:
        """The keys that may stand twice; None where all are known to be unique."""
        return polars().concat(self._candidates).unique() if self._candidates else None

    def _rises_in(self, keys: pl.DataFrame, runs: Runs) -> bool:
        """Whether every row is greater than all of its group before, where the groups are in one piece."""
        value = keys[self._rises]
        if value.dtype.is_float() and value.is_nan().any():
            return False
        rises = value > value.shift(1)
        heads = runs.heads(1)
        wrong = keys.height - len(heads) - int(rises.sum()) + int(rises[heads].sum())
        firsts = keys[heads]
        if wrong or firsts[self._rises].null_count():
            return False
        before = self._before(firsts)
        return bool((before.is_null() | (firsts[self._rises] > before)).all())

    def _collect(self, keys: pl.DataFrame) -> None:
        """Find the candidates of a batch one by one, whatever its order."""
        library = polars()
        before = self._greatest if self._greatest is not None else keys.clear()
        joined = library.concat([before.select(self.columns), keys])
        level = _level(joined[self._rises])
        running = library.col("__level").cum_max().forward_fill().shift(1)
        running = running.over(self.groups) if self.groups else running
        risen = library.col("__level").is_not_null() & (
            running.is_null() | (library.col("__level") > running).fill_null(value=False)
        )
        leveled = joined.with_columns(level.alias("__level")).with_columns(risen.alias("__risen")).slice(before.height)
        self._add(leveled.filter(~library.col("__risen")).select(self.columns))
        self._raise_to(keys)

    def _collect_runs(self, keys: pl.DataFrame, runs: Runs) -> bool:
        """The same where every group is in one piece, which needs no grouping of rows; whether there are candidates."""
        library = polars()
        firsts, values = keys[runs.starts], keys[self._rises]
        before = self._before(firsts)
        levels = _level(library.concat([before, values])).to_physical()
        marks, levels = levels.head(len(before)), levels.slice(len(before)).alias("level")
        asked = []
        pieces = list(zip(runs.starts, runs.lengths, marks, strict=True))
        for place, (start, length, mark) in enumerate(pieces):
            piece = library.col("level").slice(start, length)
            asked.append((_late(piece, mark, levels).arg_true() + start).implode().alias(f"late {place}"))
            asked.append((piece.arg_max() + start).alias(f"top {place}"))
        found = levels.to_frame().select(asked)
        # In one query: each waits until the threads that read the next batch have time for it.
        late = library.concat([found[f"late {place}"].explode() for place in range(len(pieces))]).drop_nulls()
        self._add(keys[late])
        tops = library.concat([found[f"top {place}"] for place in range(len(pieces))]).cast(library.Int64)
        is_higher = levels.gather(tops) > marks
        best = values.gather(tops).zip_with((is_higher | marks.is_null()).fill_null(value=False), before)
        self._raise_to(firsts.with_columns(best.alias(self._rises)))
        return len(late) > 0

    def _before(self, firsts: pl.DataFrame) -> pl.Series:
        """The greatest value that each group had, null for a new one."""
        values = firsts[self._rises]
        if self._greatest is None:
            return values.clear(len(values))
        if not self.groups:
            return self._greatest[self._rises].new_from_index(0, len(values))
        held = self._greatest.rename({self._rises: "__greatest"})
        joined = firsts.join(held, on=self.groups, how="left", nulls_equal=True, maintain_order="left")
        return joined["__greatest"].alias(self._rises)

    def _add(self, found: pl.DataFrame) -> None:
        if found.height:
            self._candidates.append(found)
            self._count += found.height

    def _raise_to(self, keys: pl.DataFrame) -> None:
        library = polars()
        held = keys if self._greatest is None else library.concat([self._greatest.select(self.columns), keys])
        value = library.col(self._rises)
        if keys.schema[self._rises].is_float():
            value = value.fill_nan(None)
        greatest = held.group_by(self.groups).agg(value.max()) if self.groups else held.select(value.max())
        self._greatest = greatest.select(self.columns)
        if self._count > self._limit or greatest.height > self._limit:
            self.is_sorted = False
            self._greatest, self._candidates = None, []


def comparable(keys: pl.DataFrame) -> pl.DataFrame:
    """Key columns in a form in which equal keys are equal in every batch: categories as text, one zero."""
    library = polars()
    forms = []
    for name, dtype in keys.schema.items():
        if isinstance(dtype, library.Enum | library.Categorical):
            forms.append(library.col(name).cast(library.String))
        elif dtype.is_float():
            forms.append(library.col(name) + 0.0)
    return keys.with_columns(forms) if forms else keys


def _late(piece: pl.Expr, mark: Any, levels: pl.Series) -> pl.Expr:
    """Which values of a piece are not greater than all before them, and than a mark."""
    library = polars()
    before = piece.cum_max()
    before = (before.forward_fill() if levels.null_count() else before).shift(1)
    if mark is not None:
        before = library.max_horizontal(before, library.lit(mark, levels.dtype))
    late: pl.Expr = piece.is_null() | (piece <= before).fill_null(value=False)
    return late


def _level(values: pl.Series) -> pl.Series:
    """The values of a column as something that `cum_max` can compare; NaN has no place among them."""
    dtype = values.dtype
    if dtype.is_float():
        return values.fill_nan(None)
    if dtype.is_integer() or (dtype.is_temporal() and dtype != polars().Time):
        return values
    return values.rank("dense")
