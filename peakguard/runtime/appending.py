"""A file that lines are added to, by any number of processes, put aside when it is large; the oldest are dropped."""

from __future__ import annotations

import os
import re
import threading
import time
from contextlib import suppress

from peakguard.runtime.fsops import TornWrite, append_to, make_folder, move, open_to_append, remove_if_there

_LOOK_EVERY = 64
"""Writes after which a process looks whether another has put the file aside, or filled it."""


class Appending:
    """Adds lines to a file; at `size` bytes it becomes `path.TIME.PROCESS`, and of these `kept` stay. Thread-safe.

    A line is one write. Two processes may put the file aside at the same time; then one of the files is short, and
    nothing is lost. A process that holds a file which was put aside may add to it for some lines more.
    """

    def __init__(self, path: str, *, size: int, kept: int) -> None:
        self._path = path
        self._size = size
        self._kept = kept
        self._lock = threading.Lock()
        self._descriptor: int | None = None
        self._room = 0
        self._writes = 0
        self._is_torn = False

    def write(self, line: bytes) -> None:
        """Add a line. Raises OSError where it cannot be written whole."""
        with self._lock:
            self._writes += 1
            if self._descriptor is None or self._room <= 0 or self._writes % _LOOK_EVERY == 0:
                self._look()
            assert self._descriptor is not None
            self._room -= len(line)
            whole = b"\n" + line if self._is_torn else line
            try:
                append_to(self._descriptor, whole, self._path)
            except TornWrite:
                self._is_torn = True
                raise
            self._is_torn = False

    def close(self) -> None:
        """Let go of the file; the next write opens it again."""
        with self._lock:
            self._let_go()

    def _look(self) -> None:
        if self._descriptor is not None and (self._is_elsewhere() or os.fstat(self._descriptor).st_size >= self._size):
            self._put_aside()
        if self._descriptor is None:
            make_folder(os.path.dirname(self._path), durability="rename")
            self._descriptor = open_to_append(self._path)
        if os.fstat(self._descriptor).st_size >= self._size:
            self._put_aside()
            self._descriptor = open_to_append(self._path)
        self._room = self._size - os.fstat(self._descriptor).st_size

    def _put_aside(self) -> None:
        if not self._is_elsewhere():
            aside = self._aside()
            last = int(aside[-1].split(".")[-2]) if aside else 0
            # Times, so that names sort; the process, so that two of them never take one name.
            with suppress(FileNotFoundError):  # another process was first
                move(self._path, f"{self._path}.{max(time.time_ns(), last + 1)}.{os.getpid()}")
            for old in aside[: max(0, len(aside) + 1 - self._kept)]:
                remove_if_there(old)
        self._let_go()

    def _is_elsewhere(self) -> bool:
        """Whether the path names another file by now, or none."""
        assert self._descriptor is not None
        try:
            there = os.stat(self._path)
        except FileNotFoundError:
            return True
        here = os.fstat(self._descriptor)
        return (there.st_dev, there.st_ino) != (here.st_dev, here.st_ino)

    def _aside(self) -> list[str]:
        """The files that were put aside, oldest first."""
        folder, name = os.path.split(self._path)
        pattern = re.compile(re.escape(name) + r"\.(\d+)\.\d+")
        found = [(int(match[1]), each) for each in os.listdir(folder or ".") if (match := pattern.fullmatch(each))]
        return [os.path.join(folder, each) for _, each in sorted(found)]

    def _let_go(self) -> None:
        if self._descriptor is not None:
            descriptor, self._descriptor = self._descriptor, None
            os.close(descriptor)
