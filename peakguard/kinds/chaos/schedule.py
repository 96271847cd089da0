"""Which calls a fault meets: the same seed gives the same calls, and there is always a bound."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from random import Random
from typing import Any


class Schedule:
    """The numbers of the calls, counted from 1, that a fault meets; `times` of them at most."""

    def __init__(self, at: Sequence[Any], times: int, seed: str) -> None:
        self._how, self._value = at
        self._times = times
        self._source = Random(seed)  # noqa: S311 # chance that can be repeated, no secret
        self._lock = threading.Lock()
        self._drawn = 0
        self._met: set[int] = set()

    def meets(self, call: int) -> bool:
        """Whether the fault meets a call; it does not matter in which order calls are asked about."""
        if self._how == "call":
            return bool(self._value <= call < self._value + self._times)
        if self._how == "every":
            return bool(call % self._value == 0 and call // self._value <= self._times)
        with self._lock:
            while self._drawn < call and len(self._met) < self._times:
                self._drawn += 1
                if self._source.random() < self._value:
                    self._met.add(self._drawn)
        return call in self._met
