"""Looks at the files of a registry and has it reload when they change.

What the system says of them (`stat`) is the truth, asked at least once in every interval: editors that rename, and
links that are swapped, show there. Where watchfiles is installed it only makes the next look come sooner.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from importlib.util import find_spec
from typing import TYPE_CHECKING

from peakguard.diagnostics import codes
from peakguard.runtime.closing import Closing
from peakguard.runtime.errors import PeakguardError
from peakguard.runtime.events import report_once

if TYPE_CHECKING:
    from peakguard.kinds.config.registry import Registry


class Watching(Closing):
    """A thread that watches until it is closed. `looks` counts how often it has looked."""

    def __init__(self, registry: Registry, interval: float) -> None:
        self._registry = registry
        self._interval = interval
        self._stop = threading.Event()
        self._seen = registry.fingerprint()
        self.looks = 0
        self._thread = threading.Thread(target=self._run, name="peakguard-config", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Watch no more."""
        self._stop.set()
        if self._thread is not threading.current_thread():
            self._thread.join()

    def look(self) -> None:
        """Reload where something has changed since the last look."""
        now = self._registry.fingerprint()
        if now != self._seen:
            self._registry.reload()
            # Ahead of the reading: what was written while it was read shows at the next look.
            self._seen = now
        self.looks += 1

    def _run(self) -> None:
        for _ in self._ticks():
            if self._stop.is_set():
                return
            try:
                self.look()
            except Exception as error:  # noqa: BLE001 # a disk that is away now may be back at the next look
                if isinstance(error, PeakguardError) and error.code == codes.REGISTRY_CLOSED:
                    return
                report_once(self.look, error)

    def _ticks(self) -> Iterator[object]:
        folders = {os.path.dirname(os.path.join(each.folder, each.path)) or "." for each in self._registry.wanted()}
        there = sorted(folder for folder in folders if os.path.isdir(folder))
        if there and find_spec("watchfiles") is not None:
            from watchfiles import watch

            yield from watch(
                *there,
                stop_event=self._stop,
                rust_timeout=max(1, int(self._interval * 1000)),
                yield_on_timeout=True,
                recursive=False,
                raise_interrupt=False,
            )
        while not self._stop.wait(self._interval):
            yield None
