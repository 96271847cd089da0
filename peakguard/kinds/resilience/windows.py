"""The latest outcomes of a dependency, and how many of them failed or were slow."""

from __future__ import annotations

from collections import deque
from typing import NamedTuple

FAILED, SLOW = 1, 2
"""Bits of an outcome; a call can be both."""
_BUCKETS = 10
"""Parts of a time window, which expire one by one."""


class Counts(NamedTuple):
    """Outcomes in a window."""

    calls: int
    failed: int
    slow: int


class CountWindow:
    """The last `size` outcomes. `add` may be called without a lock: it is one append to a bounded deque."""

    __slots__ = ("_outcomes", "add")

    def __init__(self, size: int) -> None:
        self._outcomes: deque[int] = deque(maxlen=size)
        self.add = self._outcomes.append

    def resized(self, size: int) -> CountWindow:
        """A window of another size, with the newest of these outcomes."""
        made = CountWindow(size)
        made._outcomes.extend(self._outcomes.copy())
        return made

    def counts(self, now: float) -> Counts:  # noqa: ARG002 # a window of time needs it
        """What is in the window."""
        outcomes = self._outcomes.copy()
        failed = sum(outcome & FAILED for outcome in outcomes)
        return Counts(len(outcomes), failed, sum(outcome >> 1 for outcome in outcomes))


class TimeWindow:
    """The outcomes of the last `duration` seconds, in ten parts. Under the lock of its breaker."""

    __slots__ = ("_calls", "_failed", "_part", "_parts", "_slow")

    def __init__(self, duration: float) -> None:
        self._part = duration / _BUCKETS
        self._parts: deque[list[int]] = deque()
        self._calls = self._failed = self._slow = 0

    def add_at(self, outcome: int, now: float) -> None:
        """Count an outcome."""
        number = int(now / self._part)
        parts = self._parts
        if not parts or parts[-1][0] != number:
            self._forget(number)
            parts.append([number, 0, 0, 0])
        part = parts[-1]
        part[1] += 1
        self._calls += 1
        if outcome:
            part[2] += outcome & FAILED
            part[3] += outcome >> 1
            self._failed += outcome & FAILED
            self._slow += outcome >> 1

    def counts(self, now: float) -> Counts:
        """What is in the window; what is older is forgotten."""
        self._forget(int(now / self._part))
        return Counts(self._calls, self._failed, self._slow)

    def _forget(self, number: int) -> None:
        while self._parts and self._parts[0][0] <= number - _BUCKETS:
            _, calls, failed, slow = self._parts.popleft()
            self._calls -= calls
            self._failed -= failed
            self._slow -= slow
