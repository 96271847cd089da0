"""Judges data by one plan, in memory or in batches as they come."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from peakguard.engines.polars import in_memory
from peakguard.engines.polars.batches import ROWS_PER_BATCH, Source, plan_of_json, watched
from peakguard.engines.polars.frames import opened
from peakguard.engines.polars.frames import source_of as source_of_frame
from peakguard.engines.polars.library import polars

if TYPE_CHECKING:
    import polars as pl

    from peakguard.engines.polars.evidence import Evidence
    from peakguard.engines.polars.lookups import Lookup, Other

    Others = Mapping[str, Other]
    OnProgress = Callable[[int, int], object]

LARGE = 2 * ROWS_PER_BATCH
"""A frame of more rows is looked at in batches, though it is in memory: verdicts take memory too."""


NONE: Mapping[str, Any] = {}


class Engine:
    """One plan, prepared once.

    `examples` bounds how many rows are shown, `today` says which exemptions hold, `others` are the data of other
    contracts by their names, for references.
    """

    def __init__(self, plan: Mapping[str, Any]) -> None:
        self._plan = plan
        self._prepared = in_memory.Prepared(plan)
        self._of_json: in_memory.Prepared | None = None

    def whole(
        self, frame: pl.DataFrame, *, examples: int, today: str, is_text: bool = False, others: Others = NONE
    ) -> Evidence:
        """A frame in memory, which the evidence keeps under the contract's names and types."""
        with self._lookups(others) as lookups:
            return in_memory.gather(
                self._prepared, frame, is_text=is_text, examples=examples, today=today, lookups=lookups
            )

    def frame(self, frame: Any, *, examples: int, today: str, others: Others = NONE) -> Evidence:
        """Any frame, table or stream."""
        names = [name for column in self._plan["columns"] for name in column["names"]]
        with opened(frame, names) as data:
            if isinstance(data, Source):
                return self._batches(data, examples=examples, today=today, others=others)
            if data.height > LARGE:
                return self._batches(source_of_frame(data), examples=examples, today=today, others=others)
            return self.whole(data, examples=examples, today=today, others=others)

    def file(
        self,
        path: str,
        *,
        examples: int,
        today: str,
        others: Others = NONE,
        on_progress: OnProgress | None = None,
        in_batches: bool = False,
    ) -> Evidence:
        """A data file, a pattern, or a folder; `on_progress` hears how many rows of how many were read.

        With `in_batches` it is read so whatever its size.
        """
        from peakguard.engines.polars.files import source_of

        source = source_of(path)
        source.check()
        if source.is_small and not in_batches:
            empty = polars().DataFrame(schema=source.schema)
            frame = polars().concat([empty, *source.read(source.schema.names())])
            prepared = self._prepared_for_json() if source.is_json else self._prepared
            with self._lookups(others) as lookups:
                return in_memory.gather(
                    prepared, frame, is_text=source.is_text, examples=examples, today=today, lookups=lookups
                )
        seen = watched(source, on_progress) if on_progress is not None else source
        return self._batches(seen, examples=examples, today=today, others=others)

    def _prepared_for_json(self) -> in_memory.Prepared:
        if self._of_json is None:
            self._of_json = in_memory.Prepared(plan_of_json(self._plan))
        return self._of_json

    def _batches(self, source: Source, *, examples: int, today: str, others: Others) -> Evidence:
        from peakguard.engines.polars import streaming

        with self._lookups(others) as lookups:
            return streaming.gather(self._plan, source, examples=examples, today=today, lookups=lookups)

    @contextmanager
    def _lookups(self, others: Others) -> Iterator[Sequence[Lookup]]:
        if not others:
            yield ()
            return
        from peakguard.engines.polars.lookups import lookups_of

        with lookups_of(self._plan, others) as lookups:
            yield lookups
