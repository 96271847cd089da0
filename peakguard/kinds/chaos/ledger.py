"""What a planted fault leaves behind for whoever planted it: how often each place was called, and what happened there.

It is kept in files, for the processes that a program starts by `fork` count together.
"""

from __future__ import annotations

import json
import os
import threading
import time
from collections.abc import Iterator, Mapping
from typing import Any

from peakguard.runtime.context import current
from peakguard.runtime.fsops import append_to, open_to_append

_NOTES = "notes.jsonl"


class Ledger:
    """Counts and notes in a folder; safe to use from several threads and processes."""

    def __init__(self, folder: str) -> None:
        self.folder = os.path.realpath(folder)
        self.main = os.getpid()
        """The process that the program began in."""
        self._start = time.monotonic()
        self._opened: dict[str, int] = {}
        self._owner = self.main
        self._lock = threading.Lock()

    def elapsed(self) -> float:
        """Seconds since the program began."""
        return time.monotonic() - self._start

    def count(self, name: str) -> int:
        """The number of this call of a place, counted from 1 over all threads and processes."""
        with self._guarded():
            descriptor = self._descriptor(f"count-{name.encode().hex()[-200:]}")
            append_to(descriptor, b".", self.folder)
            # A write at the end of a file leaves the position behind what was written, and nobody comes in between.
            return os.lseek(descriptor, 0, os.SEEK_CUR)

    def note(self, **fields: Any) -> None:
        """Write down what happened, with the run and the process."""
        context = current()
        run_id = context.run_id if context is not None else None
        line = {**fields, "seconds": round(self.elapsed(), 3), "pid": os.getpid(), "run_id": run_id}
        with self._guarded():
            append_to(self._descriptor(_NOTES), json.dumps(line, default=str).encode() + b"\n", self.folder)

    def _guarded(self) -> threading.Lock:
        if self._owner != os.getpid():
            # After a fork: descriptors share their position with the parent, and a thread of it may hold the lock.
            self._owner, self._opened, self._lock = os.getpid(), {}, threading.Lock()
        return self._lock

    def _descriptor(self, name: str) -> int:
        if name not in self._opened:
            self._opened[name] = open_to_append(os.path.join(self.folder, name))
        return self._opened[name]

    def close(self) -> None:
        """Give the files back."""
        with self._guarded():
            for descriptor in self._opened.values():
                os.close(descriptor)
            self._opened = {}


def notes(folder: str) -> Iterator[Mapping[str, Any]]:
    """What was written down in a folder, in order; a line that a killed process left half is passed over."""
    try:
        with open(os.path.join(folder, _NOTES), "rb") as file:
            lines = file.read().split(b"\n")
    except FileNotFoundError:
        return
    for line in lines:
        try:
            note = json.loads(line) if line else None
        except ValueError:
            continue
        if note is not None:
            yield note
