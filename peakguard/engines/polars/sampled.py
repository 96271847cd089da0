"""Checks that look at some rows only: which ones depends on the number of a row and a seed, never on batches."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from peakguard.engines.polars.examples import examples_of
from peakguard.engines.polars.expressions import Counted, count, verdict_of
from peakguard.engines.polars.library import polars
from peakguard.runtime.rows import Rows, Segment
from peakguard.runtime.violation import Example

if TYPE_CHECKING:
    import polars as pl

_MIXING = ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB))
"""The finaliser of splitmix64, whose results look random for consecutive numbers."""
_GOLDEN = 0x9E3779B97F4A7C15
_SIZE = 2**64


class Sampled:
    """The checks of a plan that are sampled. Takes the batches in order, each once."""

    def __init__(self, plan: Mapping[str, Any], checks: Sequence[Mapping[str, Any]], examples: int) -> None:
        self.checks = checks
        self.number = 0
        """How many rows were looked at."""
        self._share: float = plan["sample"][0] if checks else 0.0
        self._seed: int = plan["sample"][1] if checks else 0
        self._key: Sequence[str] = plan["key"]
        self._examples = examples
        self._counted = {check["id"]: Counted(0, 0, 0, Rows()) for check in checks}
        self._shown: dict[str, list[Example]] = {check["id"]: [] for check in checks}

    def take(self, frame: pl.DataFrame, excused: Mapping[str, Sequence[int]], base: int) -> None:
        """The next rows, the first of which has the number `base`."""
        if not self.checks:
            return
        picked = picks(base, frame.height, self._share, self._seed).arg_true()
        rows = frame[picked]
        # What is known of promises in one batch is not known in another; this form is right for any data.
        verdicts = rows.select(verdict_of(check, "guarded").alias(check["id"]) for check in self.checks)
        for check in self.checks:
            spared = set(excused.get(check["id"], ()))
            places = [place for place, row in enumerate(picked) if row in spared] if spared else ()
            self._add(check, count(verdicts[check["id"]], check, places), rows, picked + base)
        self.number += rows.height

    def outcome(self, check: Mapping[str, Any]) -> tuple[Counted, tuple[Example, ...]]:
        """The counts over the rows that were looked at, and the first of those against the check."""
        return self._counted[check["id"]], tuple(self._shown[check["id"]])

    def _add(self, check: Mapping[str, Any], counted: Counted, rows: pl.DataFrame, numbers: pl.Series) -> None:
        old, shown = self._counted[check["id"]], self._shown[check["id"]]
        segments: tuple[Segment, ...] = ()
        if counted.against:
            segments = Rows.of(numbers.gather(list(counted.against)).to_list()).segments
            first = counted.against.first(max(self._examples - len(shown), 0))
            found = examples_of(rows, first, self._key, check["reads"])
            shown += [each._replace(row=numbers[each.row]) for each in found]
        self._counted[check["id"]] = Counted(
            old.passed + counted.passed,
            old.failed + counted.failed,
            old.unknown + counted.unknown,
            Rows([*old.against.segments, *segments]),
        )


def picks(base: int, height: int, share: float, seed: int) -> pl.Series:
    """Which of so many rows from the number `base` on are looked at."""
    library = polars()
    mixed: Any = library.int_range(base, base + height, dtype=library.Int64, eager=True).cast(library.UInt64)
    mixed = (mixed + (seed + 1) * _GOLDEN % _SIZE) * _GOLDEN
    for shift, factor in _MIXING:
        mixed = (mixed ^ mixed // 2**shift) * factor
    mixed ^= mixed // 2**31
    # A share of all 2**64 numbers: the upper half decides, which a float holds exactly.
    picked: pl.Series = mixed // 2**32 < round(share * 2**32)
    return picked
