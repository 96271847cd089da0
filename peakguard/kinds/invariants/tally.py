"""What a monitor knows of one invariant beyond what its generated text counts."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from math import inf
from typing import Any

from peakguard.runtime.invariant import Breach, Call, InvariantOutcome, Nearest, Step

_SEVERITIES = ("error", "halt")
Values = Mapping[str, Any]


class Tally:
    """The failures of one invariant, and how close it came to one.

    `note` is called with what is new: a verdict that is not true, or a measure closer than all before. What it gives
    is what the text compares the next measures with.
    """

    def __init__(self, table: Mapping[str, Any], mode: str) -> None:
        self.table = table
        self.id: str = table["id"]
        self.is_enforced = mode == "enforce" and table["mode"] == "enforce"
        self.refuses = self.is_enforced and table["severity"] in _SEVERITIES
        self.halts = self.is_enforced and table["severity"] == "halt"
        self.reads: Sequence[str] = table["reads"]
        self.failed = self.unknown = self.broken = self.beyond = 0
        self.closest: Call | None = None
        self.first: Breach | None = None
        self._nears = [0.0 if kind == "used" else float("inf") for kind, _ in table["measures"]]
        self.kinds = [kind for kind, _ in table["measures"]]
        self._runs: dict[tuple[Any, ...], deque[int]] = {}

    @property
    def bounds(self) -> tuple[float, ...]:
        """What the text compares with: for a distance the least so far, for a tolerance the used part of it."""
        found: list[float] = []
        for near, (kind, tolerances) in zip(self._nears, self.table["measures"], strict=True):
            found += [near * each for each in tolerances] if kind == "used" else [near]
        return tuple(found)

    def passed(self, step: int, values: Values, measures: Sequence[float | None]) -> None:
        """It holds at a step, closer to its bound than before."""
        for place, (measure, (kind, _)) in enumerate(zip(measures, self.table["measures"], strict=False)):
            if measure is None or measure != measure:
                continue
            is_new = measure > self._nears[place] if kind == "used" else measure < self._nears[place]
            if is_new:
                self._nears[place] = measure
            if measure == (0.0 if kind == "used" else inf):
                continue  # exactly equal, or infinitely far: not close
            if self.closest is None or is_closer(kind, measure, self.closest.measure):
                self.closest = Call(kind, measure + 0.0, step, values)

    def refused(self, group: tuple[Any, ...], *, is_unknown: bool, index: int) -> bool:
        """Whether a step at which it does not hold counts against it, as the `index`th that it was asked of."""
        if is_unknown:
            self.unknown += 1
            if self.table["on_null"] == "pass":
                return False
        else:
            self.failed += 1
        if self.table["grace"] is not None and self._is_spared(group, index):
            return False
        self.broken += 1
        return True

    def _is_spared(self, group: tuple[Any, ...], index: int) -> bool:
        failures, of = map(int, self.table["grace"])
        runs = self._runs.setdefault(group, deque())
        runs.append(index)
        while runs[0] <= index - of:
            runs.popleft()
        return len(runs) < failures

    def breach(
        self, step: int, group: tuple[Any, ...], values: Values, *, is_unknown: bool, measure: float | None
    ) -> Breach:
        """A step that breaks it."""
        table = self.table
        told = (table["error"], table["severity"], table["message"])
        return Breach(self.id, table["asks"], *told, step, group, is_unknown, measure, values)

    def ended(self, end: Step | None, last: bool | None, happened: int | None) -> InvariantOutcome:
        """What became of one that is judged at the `end`: by its `last` verdict, or by the step at which it `happened`.

        Without any step there is nothing to judge.
        """
        if end is None:
            return self.outcome(0, 0, 0)
        verdict = last if happened is None else happened > 0
        self.failed, self.unknown = int(verdict is False), int(verdict is None)
        self.broken = int(verdict is False or (verdict is None and self.table["on_null"] == "fail"))
        if self.broken and self.first is None:
            values = {name: value for name, value in end.values.items() if name in self.reads}
            self.first = self.breach(end.number, (), values, is_unknown=verdict is None, measure=None)
        return self.outcome(1, 1 if happened is None else int(happened > 0), 0)

    def outcome(self, evaluations: int, exercised: int, open: int) -> InvariantOutcome:
        """What became of it."""
        table = self.table
        return InvariantOutcome(
            self.id,
            table["asks"],
            table["form"],
            table["error"],
            table["severity"],
            "run",
            None,
            evaluations,
            exercised,
            evaluations - self.failed - self.unknown - open,
            self.failed,
            self.unknown,
            open,
            self.broken,
            Nearest(self.closest),
            self.first,
            self.is_enforced,
        )


def is_closer(kind: str, measure: float, than: float) -> bool:
    """Whether a measure is closer to its bound than another."""
    return measure > than if kind == "used" else measure < than


def used(a: float, b: float, relative: float, absolute: float) -> float:
    """The share of a tolerance that lies between two floats, 0 for equal ones; NaN where one is no number."""
    apart = abs(a - b)
    if apart == 0 or a == b:
        return 0.0
    if apart != apart:
        return apart
    tolerance = max(relative * max(abs(a), abs(b)), absolute)
    return apart / tolerance if tolerance > 0 else float("inf")


def worst(kinds: Sequence[str], measures: Sequence[float | None]) -> float | None:
    """The measure that is furthest beyond its bound, None where none is known."""
    known = [(kind, each) for kind, each in zip(kinds, measures, strict=False) if each is not None and each == each]
    found: float | None = None
    for kind, each in known:
        if found is None or is_closer(kind, each, found):
            found = float(each)
    return found
