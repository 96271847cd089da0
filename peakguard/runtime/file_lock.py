"""A lock that all processes of a host keep; the system takes it from one that dies."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

from peakguard.runtime.fsops import make_folder, open_to_append


@contextmanager
def locked(path: str) -> Iterator[None]:
    """Within the block no other process has the lock of that file, which is made if need be. Raises OSError.

    Threads of one process exclude each other too. Without POSIX there is no lock between processes.
    """
    make_folder(os.path.dirname(path), durability="rename")
    descriptor = open_to_append(path)
    try:
        if os.name == "posix":
            import fcntl

            fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
