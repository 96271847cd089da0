"""The one place that writes files for keeps: whole or not at all, also when the power fails."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import ModuleType
from typing import Literal

Durability = Literal["full", "rename", "none"]

system: ModuleType = os
"""What changes the disk. Tests of crashes put a recorder here."""

_WITHOUT_LINKS = (errno.EPERM, errno.ENOTSUP, errno.ENOSYS, errno.EMLINK)


class Unsynced(OSError):
    """The disk did not confirm that it holds the data, and it is not asked again.

    A kernel may drop the pages that it could not write, and a second fsync then succeeds and proves nothing.
    """


def write_atomic(
    path: str | os.PathLike[str],
    data: bytes | memoryview,
    *,
    durability: Durability = "full",
    temporary: str | None = None,
) -> None:
    """Replace a file by new content; a reader sees the old or the new content, never a part.

    `full` also survives a power cut: file and folder are synced. `rename` survives a crash of the
    program. `none` writes in place. Missing folders are made. `temporary` is the path, on the same file system, that
    the content has at first; without it, one beside the target. Raises OSError; then the old content stands and no
    temporary file is left. Raises Unsynced where the disk does not confirm; then the new content may be in place, and
    a power cut may bring the old one back.
    """
    target = os.fspath(path)
    make_folder(os.path.dirname(target), durability=durability)
    if durability == "none":
        _write_new(target, data, sync=False, flags=os.O_TRUNC)
        return
    temporary = temporary or f"{target}.{os.getpid():x}.{os.urandom(4).hex()}.tmp"
    try:
        _write_new(temporary, data, sync=durability == "full", flags=os.O_EXCL, mode_of=target)
        system.replace(temporary, target)
    except BaseException:
        remove_if_there(temporary)
        raise
    if durability == "full":
        sync_folder(os.path.dirname(target))


@contextmanager
def replacing(path: str | os.PathLike[str], *, durability: Durability = "full") -> Iterator[str]:
    """A new file beside `path`, to be written by its name, which takes the place of `path` when the block ends.

    Whatever happens, a reader sees the old file or the whole new one; where the block raises, the old one stands and
    nothing is left beside it. Missing folders are made. Raises OSError.
    """
    target = os.fspath(path)
    make_folder(os.path.dirname(target), durability=durability)
    # The suffix stays, for libraries that take the form of a file from it.
    temporary = f"{target}.{os.getpid():x}.{os.urandom(4).hex()}.tmp{os.path.splitext(target)[1]}"
    try:
        yield temporary
        _copy_mode(target, temporary)
        if durability == "full":
            sync_file(temporary)
        system.replace(temporary, target)
    except BaseException:
        remove_if_there(temporary)
        raise
    if durability == "full":
        sync_folder(os.path.dirname(target))


def sync_file(path: str) -> None:
    """Make the content of a file durable."""
    descriptor = _open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        _sync(descriptor, path)
    finally:
        system.close(descriptor)


def write_if_changed(path: str | os.PathLike[str], data: bytes, *, durability: Durability = "full") -> bool:
    """Like `write_atomic`, but leaves a file alone that holds the data already; tells whether it wrote."""
    with suppress(FileNotFoundError), open(path, "rb") as file:
        if file.read() == data:
            return False
    write_atomic(path, data, durability=durability)
    return True


def make_folder(path: str, *, durability: Durability = "full") -> None:
    """Make a folder and its parents; with `full`, each new name is synced into its parent."""
    if not path or os.path.isdir(path):
        return
    parent = os.path.dirname(path)
    make_folder(parent, durability=durability)
    with suppress(FileExistsError):  # whoever made it may not have synced it yet
        system.mkdir(path)
    if durability == "full":
        sync_folder(parent)


def sync_folder(path: str) -> None:
    """Make the names in a folder durable."""
    descriptor = _open(path or ".", os.O_RDONLY | getattr(os, "O_DIRECTORY", 0))
    try:
        _sync(descriptor, path)
    finally:
        system.close(descriptor)


def append(path: str, data: bytes) -> None:
    """Add to the end of a file in one write, which no other process's can come between; the file is made if need be.

    It survives a crash of the program, not a power cut. Raises OSError, also where only a part could be written.
    """
    descriptor = open_to_append(path)
    try:
        append_to(descriptor, data, path)
    finally:
        system.close(descriptor)


def open_to_append(path: str) -> int:
    """The descriptor of a file that is only ever added to; the file is made if need be. Raises OSError."""
    return _open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC)


def open_shared(path: str, size: int) -> int:
    """The descriptor of a file of a size, of zeros at first, that processes map into their memory. Raises OSError."""
    descriptor = _open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC)
    if os.fstat(descriptor).st_size < size:
        system.ftruncate(descriptor, size)
    return descriptor


class TornWrite(OSError):
    """Only a part of the data could be written."""


def append_to(descriptor: int, data: bytes, path: str) -> None:
    """Like `append`, to a file that is open; `path` is for the error. Raises OSError, TornWrite for a part."""
    if system.write(descriptor, data) < len(data):
        raise TornWrite(errno.ENOSPC, os.strerror(errno.ENOSPC), path)


def touch(path: str) -> None:
    """Note that a file is used now, in its time of change, where the system lets us."""
    with suppress(OSError):
        system.utime(path)


def move(path: str, to: str) -> None:
    """Give a file another name; it takes the place of what has that name. Raises OSError."""
    system.replace(path, to)


def name_again(path: str, to: str) -> None:
    """Give a file a second name, under which it stays when the first is given to another file.

    Where a file system has no such names, `to` is a copy. Raises OSError: FileExistsError where `to` is taken.
    """
    try:
        system.link(path, to)
    except OSError as error:
        if error.errno not in _WITHOUT_LINKS:
            raise
        with open(path, "rb") as file:
            _write_new(to, file.read(), sync=False, flags=os.O_EXCL)


def remove_if_there(path: str) -> bool:
    """Remove a file and tell whether it was there; one that is gone already is no fault."""
    try:
        system.unlink(path)
    except FileNotFoundError:
        return False
    return True


def _write_new(path: str, data: bytes | memoryview, *, sync: bool, flags: int, mode_of: str | None = None) -> None:
    descriptor = _open(path, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC | flags)
    try:
        if mode_of is not None:
            _copy_mode(mode_of, descriptor)
        _write_all(descriptor, data)
        if sync:
            # A failed fsync is final: the kernel may have dropped the pages, so a second try proves nothing.
            _sync(descriptor, path)
    finally:
        system.close(descriptor)


def _open(path: str, flags: int) -> int:
    descriptor: int = system.open(path, flags, 0o666)
    return descriptor


def _sync(descriptor: int, path: str) -> None:
    try:
        system.fsync(descriptor)
    except OSError as error:
        raise Unsynced(error.errno, error.strerror, path) from error


def _copy_mode(path: str, new: int | str) -> None:
    """A file that takes the place of another may be read by whoever could read that, and by nobody else."""
    try:
        mode = os.stat(path).st_mode & 0o7777
    except FileNotFoundError:
        return
    system.chmod(new, mode)


def _write_all(descriptor: int, data: bytes | memoryview) -> None:
    rest = memoryview(data)
    while rest:
        rest = rest[system.write(descriptor, rest) :]
