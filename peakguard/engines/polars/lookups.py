"""Whether the values of some columns stand in other data, of any size: what is held is each value once, or a file."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, NamedTuple

from peakguard.diagnostics import codes
from peakguard.engines.polars.batches import Batches, Source
from peakguard.engines.polars.files import source_of as source_of_file
from peakguard.engines.polars.frames import opened
from peakguard.engines.polars.frames import source_of as source_of_frame
from peakguard.engines.polars.key_rows import key_names, keyed
from peakguard.engines.polars.keys import comparable
from peakguard.engines.polars.library import polars
from peakguard.engines.polars.spill import MAX_PARTS, deal, marked
from peakguard.runtime.errors import PeakguardError
from peakguard.runtime.rows import Rows

if TYPE_CHECKING:
    import polars as pl

MOST_HELD = 2_000_000
"""Of more values than this, those of the other data and ours are dealt to files."""
_THERE = "__there"


class Other(NamedTuple):
    """The data of another contract: its plan, and a frame, a stream or the path of files."""

    plan: Mapping[str, Any]
    data: Any


class Lookup:
    """One reference. A row with a missing value refers to nothing, so nothing is known of it."""

    def __init__(self, check: Mapping[str, Any], known: pl.DataFrame | None, parts: Mapping[int, str]) -> None:
        self.check = check
        self.columns: list[str] = check["reads"]
        self.is_held = known is not None
        self._known = known
        self._parts = parts

    def verdicts(self, frame: pl.DataFrame) -> pl.Series:
        """Whether each row refers to something that is there. Only where the values are held."""
        library = polars()
        assert self._known is not None
        names = key_names(self.columns)
        keys = comparable(frame.select(self.columns)).rename(dict(zip(self.columns, names, strict=True)))
        # The few different values of a batch are looked for among all that are known, not the other way round.
        found = self._known.join(keys.unique(), on=names, how="semi").with_columns(
            library.lit(value=True).alias(_THERE)
        )
        joined = keys.join(found, on=names, how="left", maintain_order="left")
        is_known = library.all_horizontal(library.col(names).is_not_null())
        there = library.col(_THERE).fill_null(value=False)
        verdicts: pl.Series = joined.select(library.when(is_known).then(there).alias(self.check["id"])).to_series()
        return verdicts

    def dangling(self, frames: Iterator[pl.DataFrame], height: int) -> tuple[Rows, int]:
        """The rows that refer to nothing, and how many are unknown; for values in files, in a pass of its own."""
        names = key_names(self.columns)
        unknown = 0

        def counted() -> Iterator[pl.DataFrame]:
            nonlocal unknown
            for frame in frames:
                unknown += frame.height - frame.select(self.columns).drop_nulls().height
                yield frame

        def rows(folder: str) -> Iterator[pl.Series]:
            for number, file in deal(counted(), self.columns, MAX_PARTS, folder, nulls=False).items():
                ours = polars().read_ipc_stream(file)
                if number in self._parts:
                    ours = ours.join(polars().read_ipc_stream(self._parts[number]), on=names, how="anti")
                yield ours["__row"]

        with TemporaryDirectory(prefix="peakguard-") as folder:
            return marked(rows(folder), height), unknown


@contextmanager
def lookups_of(plan: Mapping[str, Any], others: Mapping[str, Other]) -> Iterator[list[Lookup]]:
    """Every reference of a plan whose data are at hand; files are gone afterwards.

    Raises PeakguardError: PG161 where the data lack a column, PG163 where they cannot be read.
    """
    with ExitStack() as stack:
        made = []
        for check in plan["references"]:
            other = others.get(check["contract"])
            if other is not None and check["mode"] != "off":
                made.append(_lookup(check, other, stack))
        yield made


def _lookup(check: Mapping[str, Any], other: Other, stack: ExitStack) -> Lookup:
    try:
        batches = _batches(other, check, stack)
        known = _values(batches, check)
        if known is not None:
            return Lookup(check, known, {})
        folder = stack.enter_context(TemporaryDirectory(prefix="peakguard-"))
        return Lookup(check, None, deal(_frames(batches, check), check["reads"], MAX_PARTS, folder, nulls=False))
    except PeakguardError as error:
        if error.code != codes.DATA_UNREADABLE and "file" not in error.context:
            raise
        from peakguard.diagnostics.wording import message

        reason = message(error.code, error.context)
        raise PeakguardError(codes.REFERENCE_UNREADABLE, contract=check["contract"], reason=reason) from error


def _batches(other: Other, check: Mapping[str, Any], stack: ExitStack) -> Batches:
    """The data that are referred to, of which nothing but these columns is looked at."""
    plan = {**other.plan, "columns": [each for each in other.plan["columns"] if each["name"] in check["foreign"]]}
    if isinstance(other.data, str | os.PathLike):
        source = source_of_file(os.fspath(other.data))
        source.check()
        batches = Batches(source, plan)
    else:
        names = [name for column in plan["columns"] for name in column["names"]]
        data = stack.enter_context(opened(other.data, names))
        batches = Batches(data if isinstance(data, Source) else source_of_frame(data), plan)
    reason = next((batches.settled.absent[name] for name in check["foreign"] if name in batches.settled.absent), None)
    if reason is not None:
        raise PeakguardError(codes.REFERENCE_COLUMN_MISSING, contract=check["contract"], reason=reason)
    return batches


def _frames(batches: Batches, check: Mapping[str, Any]) -> Iterator[pl.DataFrame]:
    """The columns that are referred to, under the names of those that refer to them."""
    names = polars().col
    chosen = [names(theirs).alias(ours) for theirs, ours in zip(check["foreign"], check["reads"], strict=True)]
    return (aligned.frame.select(chosen) for aligned, _ in batches.read(check["foreign"]))


def _values(batches: Batches, check: Mapping[str, Any]) -> pl.DataFrame | None:
    """Every combination of values once; None where they are too many to be held."""
    library = polars()
    names = key_names(check["reads"])
    held: list[pl.DataFrame] = []
    for frame in _frames(batches, check):
        held.append(keyed(frame, check["reads"], 0, nulls=False).select(names).unique())
        if sum(each.height for each in held) > MOST_HELD:
            held = [library.concat(held).unique()]
            if held[0].height > MOST_HELD:
                return None
    whole: pl.DataFrame = library.concat(held).unique()
    return whole
