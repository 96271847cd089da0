"""How many values a cache keeps, and of how many bytes: those that were not used for longest go first."""

from __future__ import annotations

import os
import threading
from collections.abc import Mapping
from contextlib import suppress
from typing import Any, NamedTuple

from peakguard.runtime.errors import PeakguardError
from peakguard.runtime.store import Pointer, Store
from peakguard.runtime.store.layout import names_in

GRACE = 10.0
"""Seconds that an object is left alone after it was written, for its writer names it only then."""
_ROOM = 0.9
"""What is left of a bound when values had to go, so that not every value that comes makes one go."""
_RECOUNT = 256
"""Values that this process puts before it counts again what others put and removed."""


class Used(NamedTuple):
    """A value, and when it was last used, in nanoseconds since 1970."""

    at: int
    pointer: Pointer


class Evicted(NamedTuple):
    """What went: values, and their bytes."""

    entries: int
    bytes: int


class Bounds:
    """Keeps a store within the bounds of its policy. Counting reads every pointer, so it is done when it may matter."""

    def __init__(self, store: Store, table: Mapping[str, Any]) -> None:
        self._store = store
        self._most_bytes: float = table["max_size"] or float("inf")
        self._most: float = table["max_entries"] or float("inf")
        self._is_bounded = table["max_size"] is not None or table["max_entries"] is not None
        self._lock = threading.Lock()
        self._known: tuple[int, int] | None = None
        self._puts = 0

    def added(self, size: int) -> Evicted | None:
        """A value of `size` bytes was put; what had to go for it. Raises PeakguardError as the store does."""
        return self.keep() if self._is_over(size) else None

    def keep(self) -> Evicted | None:
        """Count, and evict where a bound is exceeded. None where nothing had to go."""
        count, total = _held(self._store)
        gone: list[int] = []
        if count > self._most or total > self._most_bytes:
            used = sorted(used_entries(self._store), key=lambda each: each.at)
            count, total = len(used), sum(each.pointer.size for each in used)
            over = count > self._most or total > self._most_bytes
            while over and used and (count > max(1, self._most * _ROOM) or total > self._most_bytes * _ROOM):
                oldest = used.pop(0).pointer
                if not used:
                    break  # the value that was just put stays, even if it is larger than the bound
                self._store.remove(oldest.key)
                gone.append(oldest.size)
                count, total = count - 1, total - oldest.size
        self._store.drop_damaged()
        self._store.collect(grace=GRACE)
        with self._lock:
            self._known, self._puts = (count, total), 0
        return Evicted(len(gone), sum(gone)) if gone else None

    def _is_over(self, size: int) -> bool:
        with self._lock:
            self._puts += 1
            if self._puts > _RECOUNT or (self._known is None and self._is_bounded):
                self._puts = 0
                return True
            if self._known is None:
                return False
            count, total = self._known
            # A value that replaces another is counted twice until the next count.
            self._known = count + 1, total + size
            return count + 1 > self._most or total + size > self._most_bytes


def _held(store: Store) -> tuple[int, int]:
    """At most so many values, of at most so many bytes: what lies there, without a look at what names it."""
    with suppress(FileNotFoundError), os.scandir(store.layout.objects) as objects:
        return len(names_in(store.layout.keys)), sum(_size(each) for each in objects)
    return 0, 0


def _size(entry: os.DirEntry[str]) -> int:
    try:
        return entry.stat().st_size
    except FileNotFoundError:
        return 0


def used_entries(store: Store) -> list[Used]:
    """Every value that is whole, with the time of its last use."""
    found = []
    for pointer in store.pointers():
        if isinstance(pointer, PeakguardError):
            continue
        try:
            at = os.stat(store.layout.pointer(pointer.key)).st_mtime_ns
        except FileNotFoundError:
            continue
        found.append(Used(at, pointer))
    return found
