"""Which events of a name are written, and how many before them were not."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from typing import Any


class Sampler:
    """The first of a name, then an even share of the others; from the start again after a while. Thread-safe."""

    def __init__(self, settings: Mapping[str, Any], clock: Callable[[], float] = time.monotonic) -> None:
        self._first: int = settings["first"]
        self._share: float = settings["then"]
        self._per: float | None = settings["per"]
        self._clock = clock
        self._lock = threading.Lock()
        self._begun = clock()
        self._seen = 0
        self._credit = 0.0
        self._dropped = 0

    def take(self) -> int | None:
        """For an event that is written, how many since the last one were not; None for one that is not written."""
        with self._lock:
            if self._per is not None and self._clock() - self._begun >= self._per:
                self._begun, self._seen, self._credit = self._clock(), 0, 0.0
            self._seen += 1
            if self._seen > self._first:
                self._credit += self._share
                if self._credit < 1 - 1e-9:
                    self._dropped += 1
                    return None
                self._credit -= 1
            return self._swap()

    def rest(self) -> int:
        """How many were not written since the last one that was."""
        with self._lock:
            return self._swap()

    def _swap(self) -> int:
        dropped, self._dropped = self._dropped, 0
        return dropped
