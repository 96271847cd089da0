"""One fetch at a time for each key, in a process and between processes; only the number of calls depends on it."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import suppress
from contextvars import ContextVar
from typing import TYPE_CHECKING

from peakguard.runtime.errors import PeakguardError
from peakguard.runtime.fsops import remove_if_there
from peakguard.runtime.store import Store

if TYPE_CHECKING:
    from filelock import FileLock

_FIRST, _LONGEST = 0.001, 0.05
_INSIDE: ContextVar[tuple[tuple[str, str, list[bool]], ...]] = ContextVar("peakguard_cache_inside", default=())


class Flights:
    """Who fetches what."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._held: dict[str, FileLock | None] = {}
        self._lock = threading.Lock()
        self._process = os.getpid()

    def claim(self, name: str) -> bool:
        """Whether the caller fetches from now on, until `release`. Another's claim is never waited for."""
        if self._process != os.getpid():  # a fork: what the parent fetches is not fetched here
            self._held, self._lock, self._process = {}, threading.Lock(), os.getpid()
        with self._lock:
            if name in self._held:
                return False
            self._held[name] = None
        lock, is_free = self._locked(name)
        with self._lock:
            if is_free:
                self._held[name] = lock
            else:
                del self._held[name]
        return is_free

    def release(self, name: str) -> None:
        """Let the next one fetch."""
        with self._lock:
            lock = self._held.pop(name)
        if lock is not None:
            with suppress(OSError):
                remove_if_there(self._path(name))  # whoever waits for it finds the value
            lock.release()

    def _locked(self, name: str) -> tuple[FileLock | None, bool]:
        """The lock between processes, and whether the claim is free; without locks it is."""
        from filelock import FileLock, Timeout  # only a miss pays for it

        try:
            self._store.ready()
            lock = FileLock(self._path(name), timeout=0, thread_local=False)
            lock.acquire()
        except Timeout:
            return None, False
        except (OSError, NotImplementedError, PeakguardError):
            return None, True
        return lock, True

    def _path(self, name: str) -> str:
        return os.path.join(self._store.layout.locks, f"fetch-{name}")


def pauses(longest: float) -> Iterator[float]:
    """The waits between looks, in seconds, growing at first; their sum is `longest`."""
    pause, waited = _FIRST, 0.0
    while waited < longest:
        pause = min(pause, longest - waited)
        yield pause
        waited += pause
        pause = min(pause * 2, _LONGEST)


class Inside:
    """Within the block, a fetch of the same key is known for one that would wait for itself."""

    def __init__(self, root: str, name: str) -> None:
        self._under_way = [True]
        self._fetch = (root, name, self._under_way)

    def __enter__(self) -> None:
        self._token = _INSIDE.set((*_INSIDE.get(), self._fetch))

    def __exit__(self, *_: object) -> None:
        self._under_way[0] = False  # also for tasks and threads that took the context along
        _INSIDE.reset(self._token)


def is_inside(root: str, name: str) -> bool:
    """Whether this very fetch is under way further out."""
    return any(fetch[:2] == (root, name) and fetch[2][0] for fetch in _INSIDE.get())
