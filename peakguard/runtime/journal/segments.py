"""The files of a journal: numbered, each of a bounded size, the oldest dropped when there are too many."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from peakguard.runtime.fsops import append, make_folder, remove_if_there
from peakguard.runtime.journal.lines import decode, encode

SIZE = 4 * 1024 * 1024
"""Bytes after which the next file begins."""
KEPT = 8
"""Files that are kept."""
_NAME = re.compile(r"(\d{8})\.log")


class Segments:
    """The journal in a folder. Any number of threads and processes may append to it at once; none waits for another.

    A line is one write to a file opened for appending, which POSIX keeps in one piece.
    """

    def __init__(self, folder: str, *, size: int = SIZE, kept: int = KEPT) -> None:
        self.folder = folder
        self._size = size
        self._kept = kept

    def append(self, event: dict[str, Any]) -> None:
        """Add an event. Raises OSError where it cannot be written; what was there before is unharmed."""
        line = encode(event)
        numbers = self.numbers()
        number = numbers[-1] if numbers else 1
        if not numbers:
            make_folder(self.folder, durability="rename")
        elif _size(self._path(number)) >= self._size:
            number += 1
            for old in [each for each in numbers if each <= number - self._kept]:
                remove_if_there(self._path(old))
        append(self._path(number), line)

    def numbers(self) -> list[int]:
        """The numbers of the files that are there, oldest first."""
        try:
            names = os.listdir(self.folder)
        except FileNotFoundError:
            return []
        return sorted(int(match[1]) for match in map(_NAME.fullmatch, names) if match is not None)

    def read(self) -> Iterator[dict[str, Any] | None]:
        """Every event, oldest file first; None for every line that is damaged. Raises OSError."""
        for number in self.numbers():
            try:
                with open(self._path(number), "rb") as file:
                    data = file.read()
            except FileNotFoundError:  # dropped by another process just now
                continue
            yield from (decode(line) for line in data.split(b"\n") if line)

    def _path(self, number: int) -> str:
        return os.path.join(self.folder, f"{number:08d}.log")


def _size(path: str) -> int:
    try:
        return os.stat(path).st_size
    except FileNotFoundError:
        return 0


class Journal(NamedTuple):
    """All that a journal holds: events in the order of their times, damaged lines, whether old ones were dropped."""

    events: list[dict[str, Any]]
    damaged: int
    dropped: bool


def read_journal(root: str) -> Journal:
    """The journal of a project. Raises OSError for one that cannot be read."""
    segments = Segments(folder_of(root))
    lines = list(segments.read())
    events = [event for event in lines if event is not None]
    numbers = segments.numbers()
    events.sort(key=lambda event: event["time_unix_nano"])
    return Journal(events, len(lines) - len(events), bool(numbers) and numbers[0] > 1)


def folder_of(root: str) -> str:
    """Where the journal of a project is."""
    return os.path.join(root, ".peakguard", "journal")
