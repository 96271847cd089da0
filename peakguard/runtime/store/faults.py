"""What the file system refuses, as one catalogued error that names the store and what was being done."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager

from peakguard.diagnostics import codes
from peakguard.runtime.errors import PeakguardError

_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_CLOSED = (errno.EROFS, errno.EACCES, errno.EPERM)


@contextmanager
def faults(action: str, key: str, root: str) -> Iterator[None]:
    """Turns OSError into PeakguardError (PG2041 where something cannot be kept, PG2042 where it cannot be read)."""
    try:
        yield
    except OSError as error:
        problem = (error.strerror or str(error)).lower()
        advice = "make room on the disk" if error.errno in _FULL else ""
        advice = advice or ("check who may write there" if error.errno in _CLOSED else "look at the disk")
        shown = key if len(key) <= 80 else f"{key[:80]}…"
        code = codes.STORE_UNREADABLE if action in ("get", "read") else codes.STORE_REFUSED
        raise PeakguardError(code, action=action, key=shown, store=root, problem=problem, advice=advice) from error
