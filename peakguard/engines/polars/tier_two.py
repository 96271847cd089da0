"""Tier two: the exact rows against a check, only in batches where tier one counted some."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from peakguard.engines.polars.align import Fault
from peakguard.engines.polars.examples import cells, examples_of
from peakguard.engines.polars.expressions import Counted, count
from peakguard.runtime.rows import Rows, Segment
from peakguard.runtime.violation import Example

if TYPE_CHECKING:
    import polars as pl


class Tallied:
    """The outcome of one row check so far."""

    def __init__(self, check: Mapping[str, Any], key: Sequence[str], examples: int) -> None:
        self.check = check
        self._key = key
        self._wanted = examples
        self._passed = self._failed = self._unknown = 0
        self._segments: list[Segment] = []
        self.examples: list[Example] = []

    def clean(self, passed: int, failed: int, unknown: int) -> None:
        """A batch without rows against the check."""
        self._passed += passed
        self._failed += failed
        self._unknown += unknown

    def faulty(self, frame: pl.DataFrame, verdicts: pl.Series, excused: Sequence[int], base: int) -> bool:
        """A batch that may have such rows, whose first row has the number `base`; whether it has any."""
        counted = count(verdicts, self.check, excused, base)
        self.clean(counted.passed, counted.failed, counted.unknown)
        self._segments += counted.against.segments
        lacking = self._wanted - len(self.examples)
        if lacking > 0 and counted.against:
            rows = [row - base for row in counted.against.first(lacking)]
            shown = examples_of(frame, rows, self._key, self.check["reads"])
            self.examples += [each._replace(row=each.row + base) for each in shown]
        return bool(counted.against)

    def outcome(self) -> Counted:
        return Counted(self._passed, self._failed, self._unknown, Rows(self._segments))


class Unread:
    """The cells of one column that could not be read so far."""

    def __init__(self, fault: Fault, key: Sequence[str], examples: int) -> None:
        self._fault = fault
        self._key = key
        self._wanted = examples
        self._segments: list[Segment] = []
        self.examples: list[Example] = []

    def take(self, frame: pl.DataFrame, fault: Fault, base: int) -> None:
        """A batch with such cells."""
        self._segments += Rows.of(row + base for row in fault.rows).segments
        lacking = self._wanted - len(self.examples)
        if lacking > 0:
            shown = cells(frame, fault.rows[:lacking], self._key, fault.column, fault.values)
            self.examples += [each._replace(row=each.row + base) for each in shown]

    def fault(self) -> Fault:
        return self._fault._replace(rows=Rows(self._segments), values=())
