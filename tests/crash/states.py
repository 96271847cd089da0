"""What a disk may hold after a power cut: every state that the recorded steps leave open (after ALICE, OSDI 2014).

Of each prefix of the steps: a file that was not synced may have all of its data, a part of it, or zeros in its place;
names that were changed and whose folder was not synced may be as before. In the `ordered` model the changes of all
names survive up to some point, as in a journaling file system; in the `weak` one any of them, folder by folder.
Names are exhaustive as far as `most` goes; data are drawn.
"""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterator, Sequence
from random import Random
from typing import NamedTuple

from tests.crash.recording import Step

NAMES = ("create", "rename", "unlink", "mkdir")


class State(NamedTuple):
    """One possible disk: its folders, its files, and the acknowledgements that the program had had."""

    folders: frozenset[str]
    files: dict[str, bytes]
    acked: tuple[str, ...]


class _File:
    def __init__(self) -> None:
        self.data = b""
        self.synced = b""
        self.is_synced = True

    def versions(self, draw: Random) -> list[bytes]:
        """What may be there of it."""
        if self.is_synced:
            return [self.data]
        cut = draw.randrange(len(self.synced), len(self.data) + 1)
        zeros = self.synced + bytes(len(self.data) - len(self.synced))
        return list(dict.fromkeys([self.data, self.data[:cut], zeros, self.synced]))


class _Disk:
    """What is certain, what is pending, and the contents of files by their numbers."""

    def __init__(self) -> None:
        self.files: list[_File] = []
        self.live: dict[str, int] = {}
        self.pending: list[tuple[str, Step, int]] = []
        self.certain: dict[str, int] = {}
        self.folders: set[str] = {"."}

    def take(self, step: Step) -> None:
        """One step."""
        match step.call:
            case "create":
                self.files.append(_File())
                self.live[step.path] = len(self.files) - 1
                self.pending.append((os.path.dirname(step.path), step, self.live[step.path]))
            case "cut":
                file = self.files[self.live[step.path]]
                file.data, file.synced, file.is_synced = b"", b"", False
            case "write":
                file = self.files[self.live[step.path]]
                file.data, file.is_synced = file.data + step.data, False
            case "sync":
                file = self.files[self.live[step.path]]
                file.synced, file.is_synced = file.data, True
            case "rename":
                number = self.live.pop(step.path)
                self.live[step.other] = number
                self.pending.append((os.path.dirname(step.other), step, number))
            case "unlink":
                number = self.live.pop(step.path)
                self.pending.append((os.path.dirname(step.path), step, number))
            case "mkdir":
                self.pending.append((os.path.dirname(step.path), step, -1))
            case "sync folder":
                self._settle(step.path)

    def _settle(self, folder: str) -> None:
        """All names of a folder are certain from now on."""
        name = "" if folder == "." else folder
        for entry in [each for each in self.pending if each[0] == name]:
            self.pending.remove(entry)
            apply(self.certain, self.folders, entry)


def apply(names: dict[str, int], folders: set[str], entry: tuple[str, Step, int]) -> None:
    """One change of a name."""
    _, step, number = entry
    match step.call:
        case "create":
            names[step.path] = number
        case "rename":
            if names.get(step.path) == number:
                del names[step.path]
            names[step.other] = number
        case "unlink":
            if names.get(step.path) == number:
                del names[step.path]
        case "mkdir":
            folders.add(step.path)


def states(steps: Sequence[Step], *, weak: bool, draws: int = 3, most: int = 64, seed: int = 7) -> Iterator[State]:
    """Every state after every prefix of the steps."""
    disk, draw = _Disk(), Random(seed)
    acked: tuple[str, ...] = ()
    yield from _after(disk, acked, weak=weak, draws=draws, most=most, draw=draw)
    for step in steps:
        if step.call == "ack":
            acked = (*acked, step.path)
        else:
            disk.take(step)
        yield from _after(disk, acked, weak=weak, draws=draws, most=most, draw=draw)


def _after(disk: _Disk, acked: tuple[str, ...], *, weak: bool, draws: int, most: int, draw: Random) -> Iterator[State]:
    pending = disk.pending
    if weak:
        every = (
            list(itertools.product((True, False), repeat=len(pending)))
            if 2 ** len(pending) <= most
            else [tuple(draw.random() < 0.5 for _ in pending) for _ in range(most)]
        )
    else:
        every = [tuple(place < kept for place in range(len(pending))) for kept in range(len(pending) + 1)]
    for survives in every:
        names, folders = dict(disk.certain), set(disk.folders)
        for entry, kept in zip(pending, survives, strict=True):
            if kept:
                apply(names, folders, entry)
        # A file whose folder did not survive cannot be reached.
        reached = {path: number for path, number in names.items() if _is_reached(path, folders)}
        for _ in range(draws):
            files = {path: draw.choice(disk.files[number].versions(draw)) for path, number in reached.items()}
            yield State(frozenset(folders), files, acked)


def _is_reached(path: str, folders: set[str]) -> bool:
    folder = os.path.dirname(path)
    while folder:
        if folder not in folders:
            return False
        folder = os.path.dirname(folder)
    return True


def materialise(state: State, root: str) -> None:
    """Make a state on a real disk."""
    for folder in sorted(state.folders, key=len):
        if _is_reached(f"{folder}/x", set(state.folders)):
            os.makedirs(os.path.join(root, folder), exist_ok=True)
    for path, data in state.files.items():
        os.makedirs(os.path.dirname(os.path.join(root, path)), exist_ok=True)
        with open(os.path.join(root, path), "wb") as file:
            file.write(data)
