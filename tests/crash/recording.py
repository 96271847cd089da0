"""A disk that writes down what is done to it, in the order in which it is done."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import pytest

from peakguard.runtime import fsops


class Step(NamedTuple):
    """One system call: `create`, `write`, `sync`, `sync folder`, `rename`, `unlink`, `mkdir`, or `ack` of the program.

    `path` is below the folder that is recorded; `other` is the new name of a rename.
    """

    call: str
    path: str
    data: bytes = b""
    other: str = ""


class Recording(fsops.Disk):
    """Passes everything on, and keeps what changes anything below a folder."""

    def __init__(self, root: str) -> None:
        self.root = os.path.realpath(root)
        self.steps: list[Step] = []
        self._open: dict[int, tuple[str, bool]] = {}

    def ack(self, label: str) -> None:
        """The program has been told that something is done."""
        self.steps.append(Step("ack", label))

    def _below(self, path: Any) -> str:
        folder = os.path.realpath(os.path.dirname(os.path.abspath(path)))
        return str(os.path.normpath(os.path.join(os.path.relpath(folder, self.root), os.path.basename(str(path)))))

    def open(self, path: Any, flags: int, mode: int = 0o777) -> int:  # type: ignore[override] # a method in place of a function
        made = flags & os.O_CREAT and not os.path.exists(path)
        cut = flags & os.O_TRUNC and os.path.exists(path)
        descriptor = os.open(path, flags, mode)
        name = os.path.relpath(os.path.realpath(path), self.root)
        self._open[descriptor] = (name, os.path.isdir(path))
        if made or cut:
            self.steps.append(Step("create" if made else "cut", name))
        return descriptor

    def write(self, descriptor: int, data: Any) -> int:
        written = os.write(descriptor, data)
        self.steps.append(Step("write", self._open[descriptor][0], bytes(data[:written])))
        return written

    def fsync(self, descriptor: int) -> None:  # type: ignore[override] # likewise
        os.fsync(descriptor)
        name, is_folder = self._open[descriptor]
        self.steps.append(Step("sync folder" if is_folder else "sync", name))

    def replace(self, path: Any, to: Any) -> None:  # type: ignore[override] # likewise
        os.replace(path, to)
        self.steps.append(Step("rename", self._below(path), other=self._below(to)))

    def unlink(self, path: Any) -> None:  # type: ignore[override] # likewise
        os.unlink(path)
        self.steps.append(Step("unlink", self._below(path)))

    def mkdir(self, path: Any) -> None:  # type: ignore[override] # likewise
        os.mkdir(path)
        self.steps.append(Step("mkdir", self._below(path)))


@contextmanager
def recorded(root: str, disk: Recording | None = None) -> Iterator[Recording]:
    """Everything that fsops does below a folder."""
    made = disk or Recording(root)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(fsops, "disk", made)
        yield made
