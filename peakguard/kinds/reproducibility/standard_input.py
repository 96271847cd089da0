"""What a program reads from its standard input, kept while it is read."""

from __future__ import annotations

import hashlib
import io
import sys
from typing import Any, cast

from peakguard.kinds.reproducibility.files import Content

NAME = "<stdin>"
"""Its name among the inputs of a manifest, where no file of a project has one like it."""


class _Heard(io.RawIOBase):
    """A raw stream that reads from another one, and tells what came. Blocks exactly where that one does."""

    def __init__(self, raw: io.FileIO, keep: int) -> None:
        self._raw = raw
        self._keep = keep
        self._hash = hashlib.sha256()
        self._size = 0
        self._data = bytearray()

    def content(self) -> Content:
        """What was read by now; its bytes where they are few enough to be kept."""
        data = bytes(self._data) if self._size <= self._keep else None
        return Content(self._hash.hexdigest(), self._size, data)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:  # a Buffer, which Python names from 3.12 on
        count = self._raw.readinto(buffer)
        if count:
            came = memoryview(buffer)[:count]
            self._hash.update(came)
            self._size += count
            if self._size <= self._keep:
                self._data += came
        return count

    def fileno(self) -> int:
        return self._raw.fileno()

    def isatty(self) -> bool:
        return False


class StandardInput:
    """Hears what is read through `sys.stdin`, but not what is read from its descriptor, or by other processes.

    A terminal is left alone: what a person types is not there a second time.
    """

    def __init__(self, keep: int) -> None:
        """`keep` is the most bytes that are kept."""
        self._heard: _Heard | None = None
        before = sys.stdin
        raw = getattr(getattr(before, "buffer", None), "raw", None)
        if not isinstance(before, io.TextIOWrapper) or not isinstance(raw, io.FileIO) or raw.isatty():
            return
        # `sys.__stdin__` holds the one before, which would close the descriptor.
        self._heard = _Heard(raw, keep)
        buffered = io.BufferedReader(cast("io.RawIOBase", self._heard))
        sys.stdin = io.TextIOWrapper(buffered, before.encoding, before.errors, line_buffering=before.line_buffering)

    def content(self) -> Content | None:
        """What was read; None where nothing came."""
        found = self._heard.content() if self._heard is not None else None
        return found if found is not None and found.size else None
