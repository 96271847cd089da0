"""Data that come in batches, each under the names and types of a contract."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from time import perf_counter
from typing import TYPE_CHECKING, Any, NamedTuple

from peakguard.engines.polars.align import Aligned, align
from peakguard.engines.polars.library import polars
from peakguard.engines.polars.types import holds, to_dtype

if TYPE_CHECKING:
    import polars as pl

ROWS_PER_BATCH = 600_000
"""Of a table with few columns; the more rows, the less a query costs for each, and the more memory."""
CELLS_PER_BATCH = 4_500_000
BATCHES_PER_PIECE = 6
"""Of half the rows: a query that looks back keeps several batches at a time."""
LONGEST_PIECE = 3
"""Times the shortest."""
_SHARE_WAITED = 0.2


class Source(NamedTuple):
    """Data that can be read more than once, always in the same order.

    `read` gives the named physical columns in batches (of no column at all, any one); without rows it may give none.
    `is_small`: all of it fits into one batch. `check` looks for what reading would not find, such as lines that lack
    fields, and raises PeakguardError. `rows` tells how many there are, None where that would take long to find out.
    `told_by` are the Parquet files whose statistics speak of these data. `query` gives what a query makes of each row,
    in batches that suit so many columns; None where rows are read without one.
    """

    schema: pl.Schema
    read: Callable[[Sequence[str]], Iterator[pl.DataFrame]]
    is_text: bool
    is_small: bool = False
    check: Callable[[], None] = lambda: None
    is_json: bool = False
    rows: Callable[[], int | None] = lambda: None
    told_by: Sequence[str] = ()
    query: Callable[[int, Callable[[pl.LazyFrame], pl.LazyFrame]], Iterator[pl.DataFrame]] | None = None

    def head(self, most: int) -> pl.DataFrame:
        """The first rows, with all columns."""
        found = polars().DataFrame(schema=self.schema)
        for batch in self.read(list(self.schema)):
            if found.height >= most:
                break
            found = found.vstack(batch)
        first: pl.DataFrame = found.head(most)
        return first


def watched(source: Source, on_progress: Callable[[int, int], object]) -> Source:
    """The source, which tells how many rows of how many were read; what is read again is not told again."""
    total = source.rows()
    if total is None:
        return source
    told = 0

    def counted(batches: Iterator[pl.DataFrame]) -> Iterator[pl.DataFrame]:
        nonlocal told
        done = 0
        for batch in batches:
            yield batch
            done += batch.height
            if done > told:
                told = done
                on_progress(done, total)

    query = source.query
    return source._replace(
        read=lambda columns: counted(source.read(columns)),
        query=None if query is None else lambda columns, made: counted(query(columns, made)),
    )


def rows_per_batch(columns: int) -> int:
    """How many rows make a batch of so many columns."""
    return max(min(CELLS_PER_BATCH // max(columns, 1), ROWS_PER_BATCH), 1000)


def in_batches(rows: pl.LazyFrame, columns: int) -> Iterator[pl.DataFrame]:
    """What a query gives, in order and in batches that suit so many columns."""
    return _batches(rows, rows_per_batch(columns), lazy=True)


def in_pieces(
    rows: pl.LazyFrame, height: int, columns: int, made: Callable[[pl.LazyFrame], pl.LazyFrame], *, least: int = 0
) -> Iterator[pl.DataFrame]:
    """What `made` makes of rows that are read from files, in batches; it may look back, within a piece of some batches.

    A query that looks back keeps all that it has read and nobody has taken yet, which may be the whole file. So each is
    given a piece, and the next begins when the one before it nears its end; pieces grow longer while reading is what
    takes the time. What is stored in parts of `least` rows, which have to be read as a whole, is not cut finer.
    """
    size = max(rows_per_batch(columns) // 2, 1)
    shortest = max(BATCHES_PER_PIECE * size, least)

    def piece(start: int, length: int) -> Iterator[pl.DataFrame] | None:
        return _batches(made(rows.slice(start, length)), size, lazy=False) if start < height else None

    start, length = 0, shortest
    following = piece(start, length)
    while start < height:
        current, following, read, pace = following, None, 0, _Pace()
        beyond, longer = start + length, shortest
        for batch in pace.of(current or ()):
            read += batch.height
            if following is None and read > length - 2 * size:
                # Where the rows wait for nobody there is nothing to keep, and each query has its price.
                longer = min(length + shortest, LONGEST_PIECE * shortest) if pace.is_of_reader else shortest
                following = piece(beyond, longer)
            yield batch
        # Where rows are missing, who counts them says so.
        following = following or piece(beyond, longer)
        start, length = beyond, longer


class _Pace:
    """Whether who takes batches waits for them, or they for him."""

    def __init__(self) -> None:
        self._waited = self._worked = 0.0

    @property
    def is_of_reader(self) -> bool:
        """Whether reading takes longer than what is done with the rows."""
        return self._waited > _SHARE_WAITED * self._worked

    def of(self, batches: Iterable[pl.DataFrame]) -> Iterator[pl.DataFrame]:
        """The batches; the first, which always takes its time, tells nothing."""
        asked = None
        given = perf_counter()
        for batch in batches:
            if asked is not None:
                self._waited += perf_counter() - asked
                self._worked += asked - given
            given = perf_counter()
            yield batch
            asked = perf_counter()


def _batches(rows: pl.LazyFrame, size: int, *, lazy: bool) -> Iterator[pl.DataFrame]:
    return iter(rows.collect_batches(chunk_size=size, maintain_order=True, lazy=lazy, engine="streaming"))


def plan_of_json(plan: Mapping[str, Any]) -> dict[str, Any]:
    """The plan for JSON, which has one kind of number, and no form but text for dates, times and decimals."""
    return {**plan, "columns": [{**column, "is_json": True} for column in plan["columns"]]}


class Batches:
    """A source under a plan. What is wrong with the columns themselves is known before any row is read."""

    def __init__(self, source: Source, plan: Mapping[str, Any]) -> None:
        self._source = source
        self._plan = plan = plan_of_json(plan) if source.is_json else plan
        self.settled: Aligned = align(self._empty(list(source.schema)), plan, is_text=source.is_text)

    def read(self, names: Sequence[str]) -> Iterator[tuple[Aligned, int]]:
        """The named columns of the contract, and how many rows; one empty batch where there is no row at all."""
        columns = self._columns(names)
        settled = [column for column in columns if column["name"] not in self.settled.absent]
        named = (next((name for name in column["names"] if name in self._source.schema), None) for column in settled)
        physical = [name for name in named if name is not None]
        plan = {**self._plan, "columns": columns}
        guess = _Guess(self._guessed(columns))
        names_of = self._held_as(columns)
        is_empty = True
        for batch in self._source.read(physical):
            if batch.height:
                is_empty = False
                if names_of is not None:
                    yield Aligned(batch.rename(names_of), (), (), {}), batch.height
                else:
                    yield self._aligned(batch, plan, guess), batch.height
        if is_empty:
            yield align(self._empty(physical), plan, is_text=self._source.is_text), 0

    def judged(
        self, names: Sequence[str], judge: Callable[[pl.LazyFrame], pl.LazyFrame]
    ) -> Iterator[tuple[Aligned, int, pl.DataFrame]]:
        """The same, and the columns that `judge` puts beside them: while the rows are read, where that can be done."""
        names_of = self._held_as(self._columns(names))
        query = self._source.query
        if query is None or not names_of:
            for aligned, height in self.read(names):
                yield aligned, height, _beside(aligned.frame.lazy(), judge)
            return
        is_empty = True
        for batch in query(len(names_of), partial(_renamed, names_of, judge)):
            if batch.height:
                is_empty = False
                columns = batch.get_columns()
                ours, beside = columns[: len(names_of)], columns[len(names_of) :]
                yield Aligned(polars().DataFrame(ours), (), (), {}), batch.height, polars().DataFrame(beside)
        if is_empty:
            aligned = align(self._empty(list(names_of)), self._plan, is_text=False)
            yield aligned, 0, _beside(aligned.frame.lazy(), judge)

    def _columns(self, names: Sequence[str]) -> list[Mapping[str, Any]]:
        return [column for column in self._plan["columns"] if column["name"] in names]

    def whole(self) -> Iterator[tuple[int, pl.DataFrame, Aligned]]:
        """Every batch with all of its columns, the number of its first row before it and its aligned form behind it."""
        names, base = list(self._source.schema), 0
        guess = _Guess(self._guessed(self._plan["columns"]))
        for batch in self._source.read(names):
            if batch.height:
                yield base, batch, self._aligned(batch, self._plan, guess)
                base += batch.height
        if not base:
            empty = self._empty(names)
            yield 0, empty, align(empty, self._plan, is_text=self._source.is_text)

    def _held_as(self, columns: Sequence[Mapping[str, Any]]) -> dict[str, str] | None:
        """The new names of columns that are held in their very type, if all are: then there is nothing to convert."""
        schema = self._source.schema
        found = {}
        for column in columns:
            if column["name"] in self.settled.absent:
                continue
            physical = next((name for name in column["names"] if name in schema), None)
            if physical is None and column["default"] is not None:
                return None
            if physical is not None and not holds(schema[physical], to_dtype(column["type"], column["values"])):
                return None
            if physical is not None:
                found[physical] = column["name"]
        return found

    def _aligned(self, batch: pl.DataFrame, plan: Mapping[str, Any], guess: _Guess) -> Aligned:
        if not guess.columns:
            return align(batch, plan, is_text=self._source.is_text)
        before = guess.before(batch)
        aligned = align(polars().concat([before, batch]), plan, is_text=self._source.is_text)
        guess.learn(batch, aligned.frame.slice(before.height))
        if not before.height:
            return aligned
        faults = (fault._replace(rows=tuple(row - 1 for row in fault.rows)) for fault in aligned.faults)
        return aligned._replace(frame=aligned.frame.slice(1), faults=tuple(faults))

    def _guessed(self, columns: Sequence[Mapping[str, Any]]) -> dict[str, str]:
        """Text columns of dates and times without a stated form, by their physical name."""
        library = polars()
        found = {}
        for column in columns:
            physical = next((name for name in column["names"] if name in self._source.schema), None)
            wanted = to_dtype(column["type"], column["values"])
            is_time = isinstance(wanted, library.Date | library.Datetime)
            if physical and is_time and not column["parse"] and self._source.schema[physical] == library.String():
                found[physical] = column["name"]
        return found

    def _empty(self, names: Sequence[str]) -> pl.DataFrame:
        frame: pl.DataFrame = polars().DataFrame(schema={name: self._source.schema[name] for name in names})
        return frame


def _renamed(
    names: Mapping[str, str], judge: Callable[[pl.LazyFrame], pl.LazyFrame], rows: pl.LazyFrame
) -> pl.LazyFrame:
    return judge(rows.select(polars().col(physical).alias(name) for physical, name in names.items()))


def _beside(rows: pl.LazyFrame, judge: Callable[[pl.LazyFrame], pl.LazyFrame]) -> pl.DataFrame:
    # A batch is small: the streaming engine would cost more than the work.
    found: pl.DataFrame = judge(rows).drop(rows.collect_schema().names()).collect(engine="in-memory")
    return found


class _Guess:
    """Polars takes the form of dates from the first one it can read. A later batch must start from the same one."""

    def __init__(self, columns: Mapping[str, str]) -> None:
        self.columns = columns
        self._first: dict[str, str] = {}

    def before(self, batch: pl.DataFrame) -> pl.DataFrame:
        """One row with the first date of every column that has one, to stand before a batch."""
        if not self._first:
            return batch.clear()
        row = {name: [self._first.get(name)] for name in batch.columns}
        frame: pl.DataFrame = polars().DataFrame(row, schema=batch.schema)
        return frame

    def learn(self, batch: pl.DataFrame, read: pl.DataFrame) -> None:
        for physical, name in self.columns.items():
            if physical not in self._first and name in read.columns:
                known = read[name].is_not_null().arg_true()
                if len(known):
                    self._first[physical] = batch[physical][known[0]]
