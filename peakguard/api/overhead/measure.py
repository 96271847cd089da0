"""Rounds of bare and guarded work in turns, until a verdict stands or there are enough of them."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from itertools import permutations
from typing import Any, Literal, NamedTuple

from peakguard.api.overhead.verdict import Judgement, Round, judge, looks

Arm = Callable[[], float]
"""Does the work once, and gives the seconds that it took."""

Clock = Callable[[], float]
Verdict = Literal["passed", "failed", "inconclusive"]
CLOCKS: dict[str, Clock] = {"cpu": time.process_time, "wall": time.perf_counter}
_ORDERS = tuple(permutations(range(3)))
"""Each of the three stands equally often in each place, and after each other."""


class Measured(NamedTuple):
    """What came of it. `problem` says why there is no verdict, where there is none."""

    verdict: Verdict
    judgement: Judgement
    rounds: tuple[Round, ...]
    problem: str

    def plain(self) -> dict[str, Any]:
        """JSON values: verdict, problem, and for each comparison its state, median and interval; no single rounds."""
        compared = {
            name: {"state": each.state, "ratio": each.ratio.median, "low": each.ratio.low, "high": each.ratio.high}
            for name, each in self.judgement._asdict().items()
        }
        return {"verdict": self.verdict, "problem": self.problem, "rounds": len(self.rounds), **compared}


def measure(
    bare: Arm,
    guarded: Arm,
    *,
    limit: float = 0.05,
    plant: float | None = None,
    first: int = 21,
    most: int = 301,
    clock: Clock = time.process_time,
    seconds: float | None = None,
    told: Callable[[int, int], object] | None = None,
) -> Measured:
    """Whether `guarded` takes at most `1 + limit` times as long as `bare`, with 95 % confidence.

    A round runs bare, guarded, and bare again as a control, in an order that changes; beside the control the share
    `plant` of the bare time, or 1.6 times the limit, is burned on `clock`. After `first` rounds, and a few times until
    `most`, all is judged. The verdict is inconclusive where it is not settled at the end or after `seconds`, and where
    the control shows a difference or the plant shows none. `told` hears of the rounds done and the most there can be.
    Raises ValueError for numbers of rounds that are even.
    """
    if first % 2 == 0 or most % 2 == 0:
        raise ValueError(f"rounds must be odd, not {first} and {most}")
    share = limit * 1.6 if plant is None else plant
    begun = time.monotonic()
    bare()  # what is loaded once is loaded here
    guarded()
    taken: list[Round] = []
    known = [bare()]
    for planned in (times := looks(first, max(first, most))):
        while len(taken) < planned:
            taken.append(_round(bare, guarded, len(taken), share * statistics.median(known), clock))
            known.append(taken[-1].bare)
            if told is not None:
                told(len(taken), times[-1])
            if seconds is not None and time.monotonic() - begun > seconds and len(taken) >= 3:
                return _out_of_time(taken, limit, len(times), seconds)
        judgement = judge(taken, limit, len(times))
        if judgement.is_settled:
            break
    return concluded(taken, judgement)


def burn(seconds: float, clock: Clock) -> float:
    """Keep the processor busy for some seconds of a clock; gives what it really took."""
    begun = clock()
    while (taken := clock() - begun) < seconds:
        pass
    return taken


def concluded(rounds: list[Round], judgement: Judgement) -> Measured:
    """The verdict on rounds that were judged."""
    problem = _problem(judgement)
    verdict: Verdict = "inconclusive"
    if not problem:
        verdict = "failed" if judgement.guarded.state == "failed" else "passed"
    return Measured(verdict, judgement, tuple(rounds), problem)


def _round(bare: Arm, guarded: Arm, number: int, planted: float, clock: Clock) -> Round:
    arms, times = (bare, guarded, bare), [0.0, 0.0, 0.0]
    for arm in _ORDERS[number % len(_ORDERS)]:
        times[arm] = arms[arm]()
    return Round(times[0], times[1], times[2], burn(planted, clock))


def _problem(judgement: Judgement) -> str:
    if judgement.is_plain:
        return ""
    if judgement.control.state == "failed":
        return "the bare program differs from itself: the machine is too busy"
    if judgement.planted.state == "passed":
        return "what was planted was not noticed"
    if not judgement.is_settled:
        return "the rounds differ too much for a verdict"
    return ""


def _out_of_time(taken: list[Round], limit: float, times_looked: int, seconds: float) -> Measured:
    odd = taken if len(taken) % 2 else taken[:-1]
    judgement = judge(odd, limit, times_looked)
    return Measured("inconclusive", judgement, tuple(odd), f"after {seconds:g} s there were only {len(odd)} rounds")
