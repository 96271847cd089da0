"""What a power cut may leave on the disk after a number of operations, in the manner of ALICE.

A file that was not synced may be whole, cut, of zeros, or empty. Names in folders that were not synced survive as a
prefix (`ordered`: a file system with one journal) or as any subset (`weak`: all that POSIX promises). Where there are
many, states are drawn: a bound, not a proof.
"""

from __future__ import annotations

import os
import random
import shutil
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from tests.crash.recording import Operation

DRAWS = 8
"""States that are drawn where there are more."""
Disk = dict[str, bytes | None]
"""The content of each path; None for a folder."""


class Entry(NamedTuple):
    """A change of a name: `node` None removes it."""

    path: str
    node: int | None


class Model:
    """The disk as the operations made it: files by number, names by path, and what of both is durable."""

    def __init__(self, root: str) -> None:
        self._root = root
        self._now: dict[str, int] = {}
        self._data: dict[int, bytes] = {}
        self._durable_data: dict[int, bytes] = {}
        self._folders: set[int] = set()
        self._durable: dict[str, int] = {}
        self._pending: list[Entry] = []

    def apply(self, operation: Operation) -> None:
        """Do one operation."""
        path, to = operation.path, operation.to
        if operation.kind in {"create", "mkdir"}:
            node = len(self._data)
            self._data[node] = b""
            self._folders |= {node} if operation.kind == "mkdir" else set()
            self._name(path, node)
        elif operation.kind == "truncate":
            self._data[self._now[path]] = b""
        elif operation.kind == "write":
            self._data[self._now[path]] += operation.data or b""
        elif operation.kind == "sync_file":
            self._durable_data[self._now[path]] = self._data[self._now[path]]
        elif operation.kind == "sync_folder":
            self._sync_folder(path)
        elif operation.kind in {"rename", "link"}:
            self._name(to, self._now[path])
            if operation.kind == "rename":
                self._name(path, None)
        elif operation.kind == "unlink":
            self._name(path, None)

    def disks(self, rng: random.Random, *, is_weak: bool) -> Iterator[Disk]:
        """The disks that a power cut may leave now."""
        for survivors in self._survivors(rng, is_weak=is_weak):
            names = dict(self._durable)
            for entry in survivors:
                _set(names, entry)
            reachable = {path: node for path, node in names.items() if self._is_reachable(path, names)}
            unsure = sorted({node for node in reachable.values() if self._is_unsure(node)})
            for draw in range(DRAWS if unsure else 1):
                torn = {node: self._torn(node, draw, rng) for node in unsure}
                yield {
                    path: None if node in self._folders else torn.get(node, self._data[node])
                    for path, node in reachable.items()
                }

    def _survivors(self, rng: random.Random, *, is_weak: bool) -> Iterator[Sequence[Entry]]:
        count = len(self._pending)
        if not is_weak:
            yield from (self._pending[:kept] for kept in range(count + 1))
        elif count <= 5:
            for mask in range(2**count):
                yield [entry for at, entry in enumerate(self._pending) if mask >> at & 1]
        else:
            yield ()
            yield self._pending
            for _ in range(DRAWS):
                yield [entry for entry in self._pending if rng.random() < 0.5]

    def _torn(self, node: int, draw: int, rng: random.Random) -> bytes:
        whole, durable = self._data[node], self._durable_data.get(node, b"")
        forms = (whole, durable, whole[: len(whole) // 2], bytes(len(whole)))
        return forms[draw] if draw < len(forms) else rng.choice(forms)

    def _is_unsure(self, node: int) -> bool:
        return node not in self._folders and self._durable_data.get(node) != self._data[node]

    def _is_reachable(self, path: str, names: dict[str, int]) -> bool:
        parent = os.path.dirname(path)
        return parent == self._root or (parent in names and self._is_reachable(parent, names))

    def _name(self, path: str, node: int | None) -> None:
        _set(self._now, Entry(path, node))
        self._pending.append(Entry(path, node))

    def _sync_folder(self, path: str) -> None:
        for entry in self._pending:
            if os.path.dirname(entry.path) == path:
                _set(self._durable, entry)
        self._pending = [entry for entry in self._pending if os.path.dirname(entry.path) != path]


def _set(names: dict[str, int], entry: Entry) -> None:
    if entry.node is None:
        names.pop(entry.path, None)
    else:
        names[entry.path] = entry.node


def lay_out(disk: Disk, root: str, to: str) -> None:
    """Make a disk whose paths are under `root` in the folder `to`, which is emptied first."""
    shutil.rmtree(to, ignore_errors=True)
    os.makedirs(to)
    for path in sorted(disk):
        target = os.path.join(to, os.path.relpath(path, root))
        content = disk[path]
        if content is None:
            os.mkdir(target)
        else:
            with open(target, "wb") as file:
                file.write(content)
