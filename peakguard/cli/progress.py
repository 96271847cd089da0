"""A progress bar on stderr: only where a person looks, and only when there is something to wait for."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import TextIO

PATIENCE = 1.0
"""Seconds that nobody minds to wait without being told."""

_EVERY = 0.1
_WIDTH = 24


class Progress:
    """Shows how much of several pieces of work is done; `sizes` weighs them against each other.

    Nothing is written unless the stream is a terminal and the work has taken a second, and
    `close` leaves the line as it was. The clock counts seconds.
    """

    def __init__(
        self,
        stream: TextIO,
        sizes: Sequence[int],
        *,
        is_wanted: bool = True,
        doing: str = "validating",
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._stream = stream
        self._doing = doing
        self._sizes = [max(size, 1) for size in sizes]
        self._clock = clock
        self._start = clock()
        self._last = self._start + PATIENCE - _EVERY
        self._is_shown = False
        self._is_watched = is_wanted and stream.isatty()

    def of_piece(self, index: int) -> Callable[[int, int], None]:
        """The `on_progress(done, total)` of one piece; done and total are in any unit, such as rows or bytes."""

        def on_progress(done: int, total: int) -> None:
            share = min(1.0, done / total) if total > 0 else 1.0
            before = sum(self._sizes[:index])
            self._show((before + self._sizes[index] * share) / sum(self._sizes), index)

        return on_progress

    def close(self) -> None:
        """Wipe the bar away."""
        if self._is_shown:
            self._stream.write("\r\x1b[K")
            self._stream.flush()
        self._is_shown = False

    def _show(self, share: float, index: int) -> None:
        now = self._clock()
        if not self._is_watched or now - self._last < _EVERY:
            return
        self._last = now
        self._is_shown = True
        full = int(share * _WIDTH)
        bar = "█" * full + "░" * (_WIDTH - full)
        place = f"file {index + 1} of {len(self._sizes)}" if len(self._sizes) > 1 else self._doing
        self._stream.write(f"\r\x1b[K{bar} {share:4.0%}  {place}  {now - self._start:.0f} s")
        self._stream.flush()
