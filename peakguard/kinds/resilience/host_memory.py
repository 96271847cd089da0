"""What the processes of one host know of a breaker: one small record in shared memory, written at its moves alone.

The first word counts generations, and is all that a call reads while the breaker is closed. The record behind it is
written and read under a file lock, which the system takes from a process that dies, and carries a checksum: a record
that was half written counts as none.
"""

from __future__ import annotations

import os
import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from mmap import mmap
from typing import NamedTuple
from weakref import finalize

from peakguard.diagnostics import codes
from peakguard.runtime.errors import PeakguardError
from peakguard.runtime.fsops import make_folder, open_shared

_SIZE = 4096
_RECORD = struct.Struct("<16s16sddIIIII")
_SUM = struct.Struct("<I")
_AT = 8
STATES = ("closed", "open", "half_open", "forced_open")


class Shared(NamedTuple):
    """A stay in a state, as all processes know it; times are of `time.monotonic`, which they share."""

    state: str
    since: float
    until: float
    opens: int
    permits: int
    ended: int
    failed: int
    slow: int


class HostMemory:
    """The record of one breaker. A process that was forked opens it anew, for a lock is shared with the parent."""

    def __init__(self, folder: str, name: str) -> None:
        self._path = os.path.join(folder, f"{name}.breaker")
        self._folder = folder
        self._boot = _boot_id()
        self._open()

    @property
    def generation(self) -> int:
        """The number of the stay; another one than before says that the record has changed."""
        return int(self.words[0])

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Within the block no other process reads or writes the record."""
        import fcntl

        if os.getpid() != self._owner:
            self._open()
        fcntl.flock(self._descriptor, fcntl.LOCK_EX)
        try:
            yield
        finally:
            fcntl.flock(self._descriptor, fcntl.LOCK_UN)

    def read(self) -> Shared | None:
        """The record; None where there is none, it is damaged, or it is from before the machine was started."""
        packed = self._memory[_AT : _AT + _RECORD.size]
        (stated,) = _SUM.unpack(self._memory[_AT + _RECORD.size : _AT + _RECORD.size + _SUM.size])
        if stated != _sum(packed, self.generation):
            return None
        boot, state, since, until, *counts = _RECORD.unpack(packed)
        word = state.rstrip(b"\0").decode("ascii", "replace")
        return Shared(word, since, until, *counts) if boot == self._boot and word in STATES else None

    def write(self, record: Shared, *, is_new: bool) -> int:
        """Put the record in place, of a new stay or the one that is on; gives its generation."""
        generation = self.generation + is_new
        state, since, until, *counts = record
        packed = _RECORD.pack(self._boot, state.encode(), since, until, *counts)
        self._memory[_AT : _AT + _RECORD.size] = packed
        self._memory[_AT + _RECORD.size : _AT + _RECORD.size + _SUM.size] = _SUM.pack(_sum(packed, generation))
        self.words[0] = generation
        return generation

    def _open(self) -> None:
        if os.name != "posix":
            problem = "it shares its breaker on the host, which needs POSIX: use `scope: process`"
            raise PeakguardError(codes.TARGET_REFUSED, target=self._path, problem=problem)
        make_folder(self._folder, durability="rename")
        self._descriptor = open_shared(self._path, _SIZE)
        finalize(self, os.close, self._descriptor)
        self._memory = mmap(self._descriptor, _SIZE)
        self.words = memoryview(self._memory).cast("Q")
        """`words[0]` is the generation."""
        self._owner = os.getpid()


def _sum(packed: bytes, generation: int) -> int:
    return zlib.crc32(packed, generation & 0xFFFFFFFF)


def _boot_id() -> bytes:
    """What tells one start of the machine from another, where the system says."""
    try:
        with open("/proc/sys/kernel/random/boot_id", "rb") as file:
            return bytes.fromhex(file.read().decode("ascii").strip().replace("-", ""))
    except (OSError, ValueError):
        return b"\0" * 16
