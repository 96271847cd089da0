"""A rate limit: so many calls may begin in a time, the others wait for their turn, first come, first served."""

from __future__ import annotations

import threading

from peakguard.runtime.clock import Clock

_ROUNDING = 1e-9
"""Seconds by which sums of intervals may be off."""


class Rate:
    """The generic cell rate algorithm (ITU-T I.371): one number says when the next call may begin. Thread-safe."""

    __slots__ = ("_burst_time", "_interval", "_lock", "_next", "_now")

    def __init__(self, interval: float, burst: int, clock: Clock) -> None:
        """`interval`: seconds between two calls of a steady stream; `burst`: calls at once after a pause."""
        self._interval = interval
        self._burst_time = interval * burst
        self._now = clock.now
        self._lock = threading.Lock()
        self._next = clock.now() - self._burst_time
        """When the latest turn that was given away lies; the next lies an interval later."""

    def change(self, interval: float, burst: int) -> None:
        """Go on at another rate; turns that were given away stay."""
        with self._lock:
            self._interval = interval
            self._burst_time = interval * burst

    def is_free(self) -> bool:
        """Take a turn if one is there at once."""
        with self._lock:
            now = self._now()
            turn = self._next
            if turn < now - self._burst_time:  # noqa: PLR1730 # a call of max() takes longer
                turn = now - self._burst_time
            turn += self._interval
            if turn > now + _ROUNDING:
                return False
            self._next = turn
            return True

    def reserve(self, longest: float) -> tuple[float, bool]:
        """The seconds until this call may begin, and whether they are no more than it waits: then its turn is its own.

        A turn that is not used, by a task that is cancelled, is lost: those behind it have theirs.
        """
        with self._lock:
            now = self._now()
            turn = max(self._next, now - self._burst_time) + self._interval
            wait = turn - now if turn > now + _ROUNDING else 0.0
            if wait > longest:
                return wait, False
            self._next = turn
            return wait, True
