"""How the rows of a batch lie in groups, and the rows that are carried from one batch to the next."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache, reduce
from itertools import islice
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
    """Every group of a batch lies in one piece.

    `starts` are the numbers of the first rows, `firsts` their groups, which `keys` are the values of.
    """

    starts: pl.Series
    lengths: pl.Series
    firsts: pl.DataFrame
    keys: Sequence[tuple[Any, ...]]

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
        return Runs(first, first + frame.height, library.DataFrame(), [()])
    if changed is None:
        changed = reduce(or_, (frame[name].ne_missing(frame[name].shift(1)) for name in groups))
    most = max(FEW_RUNS, frame.height // 1000)
    if changed.sum() > most:
        return None
    starts = _numbers(frame.height).filter(changed)
    if not len(starts) or starts[0] != 0:
        starts = library.concat([first, starts])
    firsts = taken(picked(frame, groups), starts)
    keys = keys_of(firsts)
    # A NaN is another one to Python each time.
    if len(set(keys)) < len(starts) or any(value != value for key in keys for value in key):
        return None
    ends = library.concat([starts[1:], first + frame.height])
    return Runs(starts, ends - starts, firsts, keys)


@lru_cache(maxsize=2)
def _numbers(count: int) -> pl.Series:
    """The numbers of rows. To filter them by a mask that holds little takes a hundredth of `arg_true`."""
    numbers: pl.Series = polars().int_range(count, dtype=polars().Int64, eager=True)
    return numbers


class Blocks(NamedTuple):
    """The first rows of every run with the rows before them, as if all were one group.

    Ahead of each run stand as many rows as are looked back on; where its group has fewer, they are null. `places` are
    the numbers of the first rows among these `rows`; those at `firsts` of them have no row before them at all.
    """

    rows: pl.DataFrame
    places: Sequence[int]
    firsts: Sequence[int]


class Carried:
    """The last rows of every group so far: as many as any check of these groups looks back, and some older ones.

    Held is a few handfuls of rows for each group, so memory grows with the number of groups, not of rows.
    """

    def __init__(self, groups: Sequence[str], back: int, columns: Sequence[str]) -> None:
        self.groups = list(groups)
        self.back = back
        self.columns = list(dict.fromkeys([*groups, *columns]))
        self._rows: pl.DataFrame | None = None
        self._last: dict[tuple[Any, ...], list[int]] | None = {}
        """Which rows are the last of each group, None where that has yet to be found."""

    def before(self, frame: pl.DataFrame) -> pl.DataFrame:
        """The carried rows that a frame of the given schema can follow, those of each group in order."""
        return self._rows if self._rows is not None else self.own(frame).head(0)

    def joined(self, frame: pl.DataFrame) -> tuple[pl.DataFrame, int]:
        """The carried rows and then the frame; and how many rows are carried ones."""
        before = self.before(frame)
        return before.vstack(self.own(frame)), before.height

    def blocks(self, frame: pl.DataFrame, runs: Runs) -> Blocks:
        """The first rows of every group of a frame, with the rows before them."""
        joined, skip = self.joined(frame)
        last = self._known()
        rows: list[int | None] = []
        places: list[int] = []
        firsts: list[int] = []
        for key, start, length in zip(runs.keys, runs.starts.to_list(), runs.lengths.to_list(), strict=True):
            earlier = last.get(key, [])
            if not earlier:
                firsts.append(len(places))
            rows += [*[None] * (self.back - len(earlier)), *earlier]
            heads = range(skip + start, skip + start + min(self.back, length))
            places += range(len(rows), len(rows) + len(heads))
            rows += heads
        return Blocks(taken(joined, polars().Series(rows, dtype=polars().get_index_type())), places, firsts)

    def advance(self, frame: pl.DataFrame, runs: Runs | None) -> None:
        """Take the rows of a frame into account."""
        if not self.back:
            return
        if runs is None:
            last = self.joined(frame)[0].group_by(self.groups or [polars().lit(0)], maintain_order=True)
            self._rows = last.tail(self.back).select(self.columns).rechunk()
            self._last = None
            return
        known, before = self._known(), self.before(frame)
        place = before.height
        for key, length in zip(runs.keys, runs.lengths.to_list(), strict=True):
            count = min(self.back, length)
            known[key] = [*known.get(key, []), *range(place, place + count)][-self.back :]
            place += count
        self._rows = before.vstack(taken(self.own(frame), runs.tails(self.back)))
        if place > 2 * sum(map(len, known.values())) + _SPARE_ROWS:
            self._shorten()

    def _shorten(self) -> None:
        assert self._rows is not None
        kept = [row for rows in self._known().values() for row in rows]
        self._rows = taken(self._rows, polars().Series(kept, dtype=polars().get_index_type())).rechunk()
        numbers = iter(range(len(kept)))
        self._last = {key: list(islice(numbers, len(rows))) for key, rows in self._known().items()}

    def _known(self) -> dict[tuple[Any, ...], list[int]]:
        if self._last is None:
            self._last = {}
            assert self._rows is not None
            keys = keys_of(picked(self._rows, self.groups)) if self.groups else [()] * self._rows.height
            for row, key in enumerate(keys):
                self._last[key] = [*self._last.get(key, []), row][-self.back :]
        return self._last

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


def taken(frame: pl.DataFrame, numbers: pl.Series) -> pl.DataFrame:
    """Some rows of a frame, a null row for a null. Column by column: that waits for no thread, as a query would."""
    chosen: pl.DataFrame = polars().DataFrame([column[numbers] for column in frame])
    return chosen
