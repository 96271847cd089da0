"""How the rows of a batch lie in groups, and the rows that are carried from one batch to the next."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, NamedTuple

from peakguard.engines.polars.library import polars

if TYPE_CHECKING:
    import polars as pl

FEW_RUNS = 64
"""A batch with at most this many runs of a group, or with long ones, is worth looking at run by run."""


class Runs(NamedTuple):
    """Every group of a batch lies in one piece; `starts` are the numbers of the first rows."""

    starts: pl.Series
    lengths: pl.Series

    def heads(self, count: int) -> pl.Series:
        """The numbers of the first `count` rows of every group, in order."""
        return self._edges(self.starts, count, +1)

    def tails(self, count: int) -> pl.Series:
        """The numbers of the last `count` rows of every group, in order."""
        return self._edges(self.starts + self.lengths - 1, count, -1)

    def _edges(self, edge: pl.Series, count: int, step: int) -> pl.Series:
        kept = [(edge + step * at).filter(self.lengths > at) for at in range(count)]
        return polars().concat(kept).sort() if kept else edge.clear()


def runs_of(frame: pl.DataFrame, groups: Sequence[str]) -> Runs | None:
    """Where the groups of a frame with rows begin; None where some group lies in several pieces, or pieces are tiny."""
    library = polars()
    if not groups:
        return Runs(library.Series([0], dtype=library.Int64), library.Series([frame.height], dtype=library.Int64))
    differs = [frame[name].ne_missing(frame[name].shift(1)) for name in groups]
    starts = reduce(or_, differs).arg_true().cast(library.Int64)
    if not len(starts) or starts[0] != 0:
        starts = library.concat([library.Series([0], dtype=library.Int64), starts])
    if len(starts) > max(FEW_RUNS, frame.height // 1000):
        return None
    if len(starts) > 1 and len(set(frame.select(groups)[starts].rows())) < len(starts):
        return None
    ends = library.concat([starts[1:], library.Series([frame.height], dtype=library.Int64)])
    return Runs(starts, ends - starts)


class Carried:
    """The last rows of every group so far: as many as any check of these groups looks back.

    Held is one handful of rows for each group, so memory grows with the number of groups, not of rows.
    """

    def __init__(self, groups: Sequence[str], back: int, columns: Sequence[str]) -> None:
        self.groups = list(groups)
        self.back = back
        self.columns = list(dict.fromkeys([*groups, *columns]))
        self._rows: pl.DataFrame | None = None

    def before(self, frame: pl.DataFrame) -> pl.DataFrame:
        """The carried rows that a frame of the given schema can follow."""
        return self._rows if self._rows is not None else self._own(frame).clear()

    def joined(self, frame: pl.DataFrame) -> tuple[pl.DataFrame, int]:
        """The carried rows and then the frame; and how many rows are carried ones."""
        before = self.before(frame)
        return polars().concat([before, self._own(frame)]), before.height

    def advance(self, frame: pl.DataFrame, runs: Runs | None) -> None:
        """Take the rows of a frame into account."""
        if not self.back:
            return
        last = self._own(frame) if runs is None else self._own(frame)[runs.tails(self.back)]
        rows = polars().concat([self.before(frame), last])
        # By no columns at all, all rows are one group.
        rows = rows.group_by(self.groups or [polars().lit(0)], maintain_order=True).tail(self.back)
        self._rows = rows.select(self.columns).rechunk()

    def _own(self, frame: pl.DataFrame) -> pl.DataFrame:
        # Who needs no column needs to know how many rows there are; a frame without columns forgets.
        return frame.select(self.columns or frame.columns[:1])
