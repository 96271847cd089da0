"""How the rows of a batch lie in groups, and the rows that are carried from one batch to the next."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache, reduce
from operator import or_
from typing import TYPE_CHECKING, Any, NamedTuple

from peakguard.engines.polars.library import polars

if TYPE_CHECKING:
    import polars as pl

Groups = tuple[str, ...]
"""The names of the columns that say which rows belong together."""
FEW_RUNS = 64
"""A batch with at most this many runs of a group, or with long ones, is worth looking at run by run."""
_SPARE_ROWS = 256
"""So many older rows may be carried along before they are sorted out."""


class Runs(NamedTuple):
    """Every group of a batch lies in one piece; `starts` are the numbers of the first rows, `firsts` their groups."""

    starts: pl.Series
    lengths: pl.Series
    firsts: pl.DataFrame

    def heads(self, count: int) -> pl.Series:
        """The numbers of the first `count` rows of every group, in order."""
        return self._edges(self.starts, count, +1)

    def tails(self, count: int) -> pl.Series:
        """The numbers of the last `count` rows of every group, in order."""
        return self._edges(self.starts + self.lengths - 1, count, -1)

    def _edges(self, edge: pl.Series, count: int, step: int) -> pl.Series:
        if count == 1:
            return edge
        kept = [(edge + step * at).filter(self.lengths > at) for at in range(count)]
        return polars().concat(kept).sort() if kept else edge.clear()


def runs_of(frame: pl.DataFrame, groups: Groups, changed: pl.Series | None) -> Runs | None:
    """Where the groups of a frame with rows begin; None where some group lies in several pieces, or pieces are tiny.

    `changed` says of each row but the first whether its group is another than that of the row before.
    """
    library = polars()
    first = library.Series([0], dtype=library.Int64)
    if not groups:
        return Runs(first, first + frame.height, library.DataFrame())
    if changed is None:
        changed = reduce(or_, (frame[name].ne_missing(frame[name].shift(1)) for name in groups))
    most = max(FEW_RUNS, frame.height // 1000)
    if changed.sum() > most:
        return None
    starts = _numbers(frame.height).filter(changed)
    if not len(starts) or starts[0] != 0:
        starts = library.concat([first, starts])
    firsts = picked(frame, groups)[starts]
    if len(set(keys_of(firsts))) < len(starts):
        return None
    ends = library.concat([starts[1:], first + frame.height])
    return Runs(starts, ends - starts, firsts)


@lru_cache(maxsize=2)
def _numbers(count: int) -> pl.Series:
    """The numbers of rows. To filter them by a mask that holds little takes a hundredth of `arg_true`."""
    numbers: pl.Series = polars().int_range(count, dtype=polars().Int64, eager=True)
    return numbers


class Carried:
    """The last rows of every group so far: as many as any check of these groups looks back, and some older ones.

    Held is a few handfuls of rows for each group, so memory grows with the number of groups, not of rows.
    """

    def __init__(self, groups: Sequence[str], back: int, columns: Sequence[str]) -> None:
        self.groups = list(groups)
        self.back = back
        self.columns = list(dict.fromkeys([*groups, *columns]))
        self._rows: pl.DataFrame | None = None
        self._needed = 0
        self._tails: tuple[Runs, pl.DataFrame] | None = None

    def before(self, frame: pl.DataFrame) -> pl.DataFrame:
        """The carried rows that a frame of the given schema can follow, those of each group in order."""
        return self._rows if self._rows is not None else self.own(frame).clear()

    def joined(self, frame: pl.DataFrame) -> tuple[pl.DataFrame, int]:
        """The carried rows and then the frame; and how many rows are carried ones."""
        before = self.before(frame)
        return before.vstack(self.own(frame)), before.height

    def heads(self, frame: pl.DataFrame, runs: Runs) -> pl.DataFrame:
        """The first rows of every group of a frame; the last ones are kept for `advance`."""
        heads, tails = runs.heads(self.back), runs.tails(self.back)
        # Each look at a frame waits until the threads that read the next one have time for it.
        edges: pl.DataFrame = self.own(frame)[polars().concat([heads, tails])]
        self._tails = runs, edges.slice(len(heads))
        return edges.head(len(heads))

    def advance(self, frame: pl.DataFrame, runs: Runs | None) -> None:
        """Take the rows of a frame into account."""
        if not self.back:
            return
        if runs is None:
            self._shorten(self.joined(frame)[0])
            return
        if self._tails is None or self._tails[0] is not runs:
            self.heads(frame, runs)
        assert self._tails is not None
        self._rows = self.before(frame).vstack(self._tails[1])
        if self._rows.height > 2 * self._needed + _SPARE_ROWS:
            self._shorten(self._rows)

    def _shorten(self, rows: pl.DataFrame) -> None:
        # By no columns at all, all rows are one group.
        last = rows.group_by(self.groups or [polars().lit(0)], maintain_order=True).tail(self.back)
        self._rows = last.select(self.columns).rechunk()
        self._needed = last.height

    def own(self, frame: pl.DataFrame) -> pl.DataFrame:
        """The columns of a frame that are carried."""
        # Who needs no column needs to know how many rows there are; a frame without columns forgets.
        return picked(frame, self.columns or frame.columns[:1])


def keys_of(frame: pl.DataFrame) -> list[tuple[Any, ...]]:
    """The rows of a frame to tell them apart by; times as numbers, for Python has no value for some."""
    plain = [each.to_physical() if each.dtype.is_temporal() else each for each in frame]
    rows: list[tuple[Any, ...]] = polars().DataFrame(plain).rows()
    return rows


def picked(frame: pl.DataFrame, names: Sequence[str]) -> pl.DataFrame:
    """Some columns of a frame, without the query that `select` would be."""
    chosen: pl.DataFrame = polars().DataFrame([frame.get_column(name) for name in names])
    return chosen
