"""Which files a path, a pattern or a folder stands for. Nothing in a folder is passed over in silence."""

from __future__ import annotations

import errno
import glob
import os
import stat
from collections.abc import Iterator, Sequence
from pathlib import PurePath
from typing import NamedTuple

from peakguard.diagnostics import codes
from peakguard.engines.polars.forms import KNOWN, Form, form_of
from peakguard.runtime.errors import PeakguardError

_OTHERS = (
    (stat.S_ISFIFO, "pipe"),
    (stat.S_ISCHR, "device"),
    (stat.S_ISBLK, "device"),
    (stat.S_ISSOCK, "socket"),
)


class Files(NamedTuple):
    """Files of one form in the order of their names, and what each was when it was found: size, time, inode."""

    names: list[str]
    form: Form
    stamps: list[tuple[int, int, int]]

    @property
    def size(self) -> int:
        return sum(size for size, _, _ in self.stamps)

    def changed(self) -> tuple[str, str] | None:
        """A file that is no longer what it was, and what became of it."""
        for file, stamp in zip(self.names, self.stamps, strict=True):
            try:
                now = _stamp(os.stat(file))
            except OSError:
                return file, "was removed"
            if now != stamp:
                is_shorter = now[0] < stamp[0]
                return file, f"shrank from {stamp[0]} to {now[0]} bytes" if is_shorter else "was changed"
        return None


def find_files(path: str) -> Files:
    """The files of a path. Raises PeakguardError: PG140 to PG142, PG148, PG150."""
    try:
        names = _named(path)
    except OSError as error:
        raise of_system(error, path) from error
    if not names:
        reason = "the folder holds no data file" if os.path.isdir(path) else "no file matches"
        raise PeakguardError(codes.DATA_MISSING, file=path, reason=reason)
    form = _form(path, names)
    return Files(names, form, [_looked_at(file, form) for file in names])


def of_system(error: OSError, file: str) -> PeakguardError:
    """What the system says of a file, as an error of ours."""
    reason = (error.strerror or str(error).partition(" (os error")[0]).lower()
    is_forbidden = isinstance(error, PermissionError) or error.errno in (errno.EACCES, errno.EPERM)
    return PeakguardError(codes.DATA_FORBIDDEN if is_forbidden else codes.DATA_MISSING, file=file, reason=reason)


def _named(path: str) -> list[str]:
    if os.path.isdir(path):
        return sorted(_below(path, set()))
    if glob.has_magic(path) and not os.path.exists(path):
        found: set[str] = set()
        for match in glob.iglob(path, recursive=True):
            found.update(_below(match, set()) if os.path.isdir(match) else [match])
        return sorted(found)
    return [path]


def _below(folder: str, above: set[str]) -> Iterator[str]:
    """Files below a folder, through links too; what begins with `.` or `_` is not data by custom."""
    real = os.path.realpath(folder)
    if real in above:
        return
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.startswith((".", "_")):
                continue
            if entry.is_dir():
                yield from _below(entry.path, above | {real})
            else:
                yield entry.path


def _form(path: str, names: Sequence[str]) -> Form:
    first = form_of(names[0])
    for file in names:
        form = form_of(file)
        if form is None:
            ending = PurePath(file).suffix or "no ending"
            raise _unknown(file, f"the name does not say what it is ({ending})")
        if form != first:
            shown = os.path.relpath(names[0], path) if os.path.isdir(path) else names[0]
            raise _unknown(file, f"is {form.suffix[1:]} beside {shown}; one table has files of one form")
    assert first is not None
    return first


def _looked_at(file: str, form: Form) -> tuple[int, int, int]:
    try:
        status = os.stat(file)
    except OSError as error:
        raise of_system(error, file) from error
    for is_kind, what in _OTHERS:
        if is_kind(status.st_mode):
            raise PeakguardError(codes.DATA_NOT_A_FILE, file=file, what=what)
    if not status.st_size:
        of_text = "one object" if form.is_json else "a line with the names of the columns"
        lacking = of_text if form.magic is None else f"the frame of a {form.name} file"
        raise PeakguardError(codes.DATA_EMPTY, file=file, lacking=lacking)
    return _stamp(status)


def _stamp(status: os.stat_result) -> tuple[int, int, int]:
    return status.st_size, status.st_mtime_ns, status.st_ino


def _unknown(file: str, reason: str) -> PeakguardError:
    return PeakguardError(codes.DATA_FORM_UNKNOWN, file=file, reason=reason, known=", ".join(KNOWN))
