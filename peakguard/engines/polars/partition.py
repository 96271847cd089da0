"""Rows that pass and rows that are set aside: together the input, each row once and in its order."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, NamedTuple

from peakguard.diagnostics import codes
from peakguard.engines.polars.library import polars
from peakguard.runtime.errors import PeakguardError

if TYPE_CHECKING:
    import polars as pl

    from peakguard.engines.polars.align import Aligned
    from peakguard.engines.polars.batches import Batches
    from peakguard.runtime.rows import Rows

_ROW, _RULES = "peakguard_row", "peakguard_rules"


class Stamp(NamedTuple):
    """What is written beside every row that is set aside."""

    contract: str
    version: str
    run_id: str | None


class Partition:
    """A source under a plan, divided by the rows that each of some rules refuses.

    Both parts are read in batches, so memory is bounded by a batch. `good` rows are under the contract's names and
    types. `bad` rows are as they came in, with columns that say which row of the input each is (from 0), which rules
    refuse it, the contract with its version, and the run.
    """

    def __init__(
        self, batches: Batches, height: int, refused: Mapping[str, Rows], stamp: Stamp, *, keeps_extra: bool
    ) -> None:
        self._batches = batches
        self._height = height
        self._refused = {rule: rows for rule, rows in refused.items() if rows}
        self._stamp = stamp
        self._keeps_extra = keeps_extra

    def good(self) -> Iterator[pl.DataFrame]:
        """The rows that no rule refuses; one empty frame where there are none."""
        for base, _, aligned in self._read():
            frame = aligned.frame.hstack(list(aligned.extra)) if self._keeps_extra else aligned.frame
            bad = self._blamed(base, frame.height)[_ROW]
            yield frame.filter(~polars().int_range(base, base + frame.height, eager=True).is_in(bad.implode()))

    def kept(self) -> pl.Series:
        """Of every row whether it is good."""
        bad = self._blamed(0, self._height)[_ROW]
        kept: pl.Series = ~polars().int_range(self._height, eager=True).is_in(bad.implode())
        return kept

    def bad(self, *, as_text: bool = False) -> Iterator[pl.DataFrame]:
        """The rows that some rule refuses; one empty frame where there are none. `as_text` joins the rules by `; `."""
        for base, raw, _ in self._read():
            blamed = self._blamed(base, raw.height)
            rules = polars().col(_RULES).list.join("; ") if as_text else polars().col(_RULES)
            yield self._marked(raw[(blamed[_ROW] - base).to_list()], blamed.with_columns(rules))

    def _read(self) -> Iterator[tuple[int, pl.DataFrame, Aligned]]:
        """The batches, as many rows as were judged: a verdict on other data would divide these anyhow."""
        read = 0
        for base, raw, aligned in self._batches.whole():
            read = base + raw.height
            yield base, raw, aligned
        if read != self._height:
            reason = f"there were {self._height} rows when they were judged, and now there are {read}"
            raise PeakguardError(codes.DATA_UNREADABLE, format="data", reason=reason)

    def _blamed(self, base: int, height: int) -> pl.DataFrame:
        """The refused rows of a batch, ascending, each with the rules that refuse it."""
        library = polars()
        schema = {_ROW: library.Int64, _RULES: library.String}
        found = [library.DataFrame(schema=schema)]
        for rule, rows in self._refused.items():
            numbers = rows.between(base, base + height)
            found.append(library.DataFrame({_ROW: numbers, _RULES: [rule] * len(numbers)}, schema=schema))
        blamed: pl.DataFrame = library.concat(found).group_by(_ROW, maintain_order=True).agg(_RULES).sort(_ROW)
        return blamed

    def _marked(self, raw: pl.DataFrame, blamed: pl.DataFrame) -> pl.DataFrame:
        library = polars()
        marks = blamed.with_columns(
            library.lit(f"{self._stamp.contract} {self._stamp.version}").alias("peakguard_contract"),
            library.lit(self._stamp.run_id, library.String).alias("peakguard_run_id"),
        )
        return raw.hstack(marks.rename({name: _unused(name, raw.columns) for name in marks.columns}))


def _unused(name: str, taken: list[str]) -> str:
    while name in taken:
        name += "_"
    return name


def joined(batches: Iterator[pl.DataFrame]) -> pl.DataFrame:
    """Batches as one frame; there is at least one."""
    frame: pl.DataFrame = polars().concat(list(batches), rechunk=False)
    return frame
