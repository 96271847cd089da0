"""Rules of rows that ask how a row stands among all rows: the columns they read are kept until all are there."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from peakguard.engines.polars.expressions import Counted, form_of, verdict_of
from peakguard.engines.polars.library import polars
from peakguard.engines.polars.tier_two import Tallied
from peakguard.runtime.violation import Example

if TYPE_CHECKING:
    import polars as pl


class Spread:
    """One rule. Takes the batches in order, each once; what else they hold is let go."""

    def __init__(self, check: Mapping[str, Any], key: Sequence[str], examples: int) -> None:
        self.check = check
        self._tallied = Tallied(check, key, examples)
        self._columns = list(dict.fromkeys([*check["reads"], *check["within"], *key]))
        self._kept: list[pl.DataFrame] = []
        self._excused: list[int] = []
        self._height = 0

    def take(self, frame: pl.DataFrame, excused: Sequence[int]) -> None:
        """The next rows, of which some are excused."""
        self._kept.append(frame.select(name for name in self._columns if name in frame.columns))
        self._excused += [row + self._height for row in excused]
        self._height += frame.height

    def outcome(self, broken: Collection[str]) -> tuple[Counted, tuple[Example, ...]]:
        """The counts over all rows and the first rows against the rule; `broken` columns do not keep their promise."""
        frame = polars().concat(self._kept, rechunk=True)
        self._kept = []
        verdict = verdict_of(self.check, form_of(self.check, broken)).alias(self.check["id"])
        self._tallied.faulty(frame, frame.select(verdict).to_series(), self._excused, 0)
        return self._tallied.outcome(), tuple(self._tallied.examples)
