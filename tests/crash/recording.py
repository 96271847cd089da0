"""A recorder in the place of the system, for `fsops.system`: it does what is asked, and notes it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import pytest

from peakguard.runtime import fsops


class Operation(NamedTuple):
    """One change: `kind` is a system call, or `begin` and `acknowledge` of a public operation on a key."""

    kind: str
    path: str = ""
    to: str = ""
    data: bytes | None = None


class Recorder:
    """The calls of `os` that change the disk."""

    def __init__(self) -> None:
        self.operations: list[Operation] = []
        self._paths: dict[int, str] = {}
        self.opened: set[str] = set()
        self.kill_at: int | None = None
        """The number of operations after which the process is gone."""
        self.killed: type[BaseException] = BaseException
        self.dead = False

    def open(self, path: str, flags: int, mode: int = 0o777) -> int:
        self._live()
        is_new = flags & os.O_CREAT and not os.path.exists(path)
        descriptor = os.open(path, flags, mode)
        self._paths[descriptor] = path
        self.opened.add(path)
        if is_new:
            self.operations.append(Operation("create", path))
        elif flags & os.O_TRUNC:
            self.operations.append(Operation("truncate", path))
        return descriptor

    def write(self, descriptor: int, data: Any) -> int:
        self._live()
        written = os.write(descriptor, data)
        self.operations.append(Operation("write", self._paths[descriptor], data=bytes(data[:written])))
        return written

    def fsync(self, descriptor: int) -> None:
        self._live()
        os.fsync(descriptor)
        path = self._paths[descriptor]
        self.operations.append(Operation("sync_folder" if os.path.isdir(path) else "sync_file", path))

    def close(self, descriptor: int) -> None:
        os.close(descriptor)

    def replace(self, path: str, to: str) -> None:
        self._live()
        os.replace(path, to)
        self.operations.append(Operation("rename", path, to))

    def link(self, path: str, to: str) -> None:
        self._live()
        os.link(path, to)
        self.operations.append(Operation("link", path, to))

    def unlink(self, path: str) -> None:
        self._live()
        os.unlink(path)
        self.operations.append(Operation("unlink", path))

    def mkdir(self, path: str) -> None:
        self._live()
        os.mkdir(path)
        self.operations.append(Operation("mkdir", path))

    def ftruncate(self, descriptor: int, size: int) -> None:
        os.ftruncate(descriptor, size)
        self.operations.append(Operation("truncate", self._paths[descriptor]))

    def chmod(self, path: int | str, mode: int) -> None:
        """Modes are no part of the model."""
        os.chmod(path, mode)

    def _live(self) -> None:
        if self.kill_at is not None and len(self.operations) >= self.kill_at:
            self.kill_at, self.dead = None, True
        if self.dead:
            raise self.killed

    def note(self, kind: str, key: str, value: bytes | None) -> None:
        self.operations.append(Operation(kind, key, data=value))


@contextmanager
def recording() -> Iterator[Recorder]:
    """Everything that fsops does within the block."""
    recorder = Recorder()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(fsops, "system", recorder)
        yield recorder
