"""Locks keep writers of one key in a line, so that generations count up. Nothing is lost where they do not work."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

from peakguard.runtime.store.layout import Layout

PATIENCE = 10.0
"""Seconds that a writer waits for another before it goes on without the lock."""


@contextmanager
def locked(layout: Layout, name: str, patience: float = PATIENCE) -> Iterator[bool]:
    """Hold the lock that the name of a key shares with a 256th of all; tells whether it is held.

    The kernel takes it from a process that dies. A file system without locks, and a writer that hangs, only cost it.
    """
    from filelock import FileLock, Timeout  # only writers pay for it

    lock = FileLock(os.path.join(layout.locks, name[:2]), timeout=patience)
    try:
        lock.acquire()
    except (OSError, NotImplementedError, Timeout):
        yield False
        return
    try:
        yield True
    finally:
        lock.release()
