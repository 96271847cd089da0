"""The generation that a run works with, from its first question to its end."""

from __future__ import annotations

import threading
from collections.abc import Callable

from peakguard.kinds.config.snapshot import Snapshot
from peakguard.runtime import events
from peakguard.runtime.context.scope import current
from peakguard.runtime.events import Event


class Pins:
    """Snapshots by run; a run inside another works with that of the outer one. Thread-safe."""

    def __init__(self) -> None:
        self._of_runs: dict[str, Snapshot] = {}
        self._lock = threading.Lock()
        self._unsubscribe: Callable[[], None] | None = None

    def of_run(self, newest: Callable[[], Snapshot]) -> Snapshot:
        """The snapshot of the run that this code runs in; `newest()` outside any, and at its first question."""
        here = current()
        if here is None:
            return newest()
        known = self._of_runs.get(here.run_id)
        if known is not None:
            return known
        with self._lock:
            if self._unsubscribe is None:
                self._unsubscribe = events.subscribe(self._forget)
            outer = self._of_runs.get(here.parent_run_id) if here.parent_run_id is not None else None
            return self._of_runs.setdefault(here.run_id, outer if outer is not None else newest())

    def close(self) -> None:
        """Forget all of them."""
        unsubscribe, self._unsubscribe = self._unsubscribe, None
        if unsubscribe is not None:
            unsubscribe()
        self._of_runs = {}

    def _forget(self, event: Event) -> None:
        if event.name == "run_ended" and event.run_id is not None:
            self._of_runs.pop(event.run_id, None)
