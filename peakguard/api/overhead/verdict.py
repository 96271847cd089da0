"""What is concluded from the times of rounds; it sees numbers only."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple

from peakguard.api.overhead.interval import Interval, median_interval

CONFIDENCE = 0.95
"""Of all looks at the numbers together: each look takes its share of what may go wrong."""

State = Literal["passed", "failed", "undecided"]


class Round(NamedTuple):
    """Seconds of the bare work, the guarded, the bare once more, and of what was planted beside the latter."""

    bare: float
    guarded: float
    control: float
    planted: float


class Comparison(NamedTuple):
    """One ratio to the bare time, and what it says of the bound."""

    state: State
    ratio: Interval


class Judgement(NamedTuple):
    """What all rounds say: of the guards, of the bare program against itself, and of the plant."""

    guarded: Comparison
    control: Comparison
    planted: Comparison

    @property
    def is_settled(self) -> bool:
        """Whether more rounds could change nothing."""
        return self.is_plain or all(each.state != "undecided" for each in self)

    @property
    def is_plain(self) -> bool:
        """Whether guards cost too much, and by more than the bare program differs from itself."""
        return self.guarded.state == "failed" and self.guarded.ratio.low > self.control.ratio.high

    @property
    def is_valid(self) -> bool:
        """Whether the measurement can be believed: it finds nothing where there is nothing, and finds the plant."""
        return self.control.state == "passed" and self.planted.state == "failed"


def looks(first: int, most: int) -> tuple[int, ...]:
    """After how many rounds the numbers are looked at: at most five times, each time at more by the same factor.

    They are odd, as `first` and `most` must be.
    """
    factor = (most / first) ** 0.25
    between = {round(first * factor**step) // 2 * 2 + 1 for step in range(1, 4)}
    return tuple(sorted({first, most, *(each for each in between if first < each < most)}))


def judge(rounds: Sequence[Round], limit: float, times_looked: int) -> Judgement:
    """Compare with a bound on the share of time that is added; `times_looked` is how many looks there may be.

    Failed where the whole interval lies above the bound, passed where it lies below, else undecided.
    """
    confidence = 1 - (1 - CONFIDENCE) / times_looked
    return Judgement(
        _compared([each.guarded / each.bare for each in rounds], limit, confidence),
        _compared([each.control / each.bare for each in rounds], limit, confidence),
        _compared([(each.control + each.planted) / each.bare for each in rounds], limit, confidence),
    )


def _compared(ratios: list[float], limit: float, confidence: float) -> Comparison:
    ratio = median_interval(ratios, confidence)
    if ratio.low > 1 + limit:
        return Comparison("failed", ratio)
    return Comparison("passed" if ratio.high < 1 + limit else "undecided", ratio)
