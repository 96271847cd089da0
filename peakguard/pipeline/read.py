"""The read stage: every policy file and lock file of a project, as bytes. The only input of a check."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from typing import NamedTuple

from peakguard.diagnostics import codes
from peakguard.diagnostics.diagnostic import Diagnostic, found
from peakguard.diagnostics.span import Span
from peakguard.pipeline.project import Folder, Project
from peakguard.syntax.limits import MAX_BYTES

SUFFIXES = (".yaml", ".yml", ".toml")
_LOOKALIKES = (".json", ".jsonc", ".json5")
_LOCK = ".lock"


class Entry(NamedTuple):
    """A file that was found: its bytes, or the finding that says why it could not be read."""

    file: str
    data: bytes
    finding: Diagnostic | None = None

    @property
    def is_policy(self) -> bool:
        """Whether the file should hold a policy; lock files do not."""
        return self.file.lower().endswith(SUFFIXES)


def read_project(project: Project) -> list[Entry]:
    """All files of all policy folders, sorted by name; a file that cannot be read is an entry with a finding."""
    places = {place.shown: place for folder in project.folders for place in _places(folder, frozenset())}
    has_links = any(place.is_linked for place in places.values())
    direct = {os.path.realpath(place.path) for place in places.values() if not place.is_linked} if has_links else set()
    return [
        _read(place)
        for _, place in sorted(places.items())
        # What a link leads back to is read under its own name.
        if not place.is_linked or os.path.realpath(place.path) not in direct
    ]


def is_read(name: str) -> bool:
    """Whether a file is read, by its path in a policy folder; others may lie beside policies."""
    *folders, last = name.split("/")
    is_hidden = any(each.startswith(".") for each in (*folders, last))
    return not is_hidden and last.lower().endswith((*SUFFIXES, _LOCK))


def read_file(path: str) -> Entry:
    """One file outside of any policy folder, under the name it is given."""
    return _read(_Place(path, path, is_linked=False))


class _Place(NamedTuple):
    shown: str
    path: str
    is_linked: bool
    refusal: Diagnostic | None = None


def _places(folder: Folder, seen: frozenset[tuple[int, int]], *, is_linked: bool = False) -> Iterator[_Place]:
    try:
        status = os.stat(folder.path)
        if (status.st_dev, status.st_ino) in seen:
            return  # a symbolic link back to a parent
        seen = seen | {(status.st_dev, status.st_ino)}
        with os.scandir(folder.path) as listing:
            children = sorted(listing, key=lambda child: child.name)
    except OSError as error:
        yield _Place(folder.shown, folder.path, is_linked, _unreadable(folder.shown, error))
        return
    for child in children:
        if child.name.startswith("."):
            continue
        shown = f"{folder.shown}/{_displayable(child.name)}"
        lower = child.name.lower()
        linked = is_linked or child.is_symlink()
        if lower.endswith((*SUFFIXES, _LOCK)):
            yield _Place(shown, child.path, linked)
        elif child.is_dir():
            yield from _places(Folder(child.path, shown), seen, is_linked=linked)
        elif lower.endswith(_LOOKALIKES):
            yield _Place(shown, child.path, linked, found(codes.UNREAD_FILE, Span.whole(shown)))


def _read(place: _Place) -> Entry:
    shown, path = place.shown, place.path
    if place.refusal is not None:
        return Entry(shown, b"", place.refusal)
    try:
        # O_NONBLOCK: a named pipe must not hang the check.
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        try:
            status = os.fstat(descriptor)
            if not stat.S_ISREG(status.st_mode):
                is_folder = stat.S_ISDIR(status.st_mode)
                what = "a folder" if is_folder else "no ordinary file"
                return Entry(shown, b"", found(codes.NOT_A_FILE, Span.whole(shown), found=what))
            if status.st_size > MAX_BYTES:
                finding = found(codes.FILE_TOO_LARGE, Span.whole(shown), size=status.st_size, limit=MAX_BYTES)
                return Entry(shown, b"", finding)
            return Entry(shown, _read_all(descriptor, status.st_size))
        finally:
            os.close(descriptor)
    except OSError as error:
        return Entry(shown, b"", _unreadable(shown, error))


def _read_all(descriptor: int, size: int) -> bytes:
    data = os.read(descriptor, size + 1)
    while len(data) <= MAX_BYTES and (more := os.read(descriptor, MAX_BYTES)):
        data += more
    return data


def _unreadable(shown: str, error: OSError) -> Diagnostic:
    reason = (error.strerror or type(error).__name__).lower()
    return found(codes.UNREADABLE_FILE, Span.whole(shown), reason=reason)


def _displayable(name: str) -> str:
    """File names are bytes to the kernel; undecodable ones are shown with replacement characters."""
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
