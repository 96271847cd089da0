"""A disk that fails under files of some names: for what Python code opens by `open` and `os.open`.

What libraries of C or Rust write by themselves (pyarrow, polars, sqlite) goes past it, and so do other processes.
"""

from __future__ import annotations

import builtins
import errno
import io
import os
import re
from collections.abc import Callable
from fnmatch import fnmatch
from typing import Any, NamedTuple

_TEMPORARY = re.compile(r"\.[0-9a-f]+\.[0-9a-f]{8}\.tmp(\.\w+)?$")
"""What peakguard puts behind the name of a file that it writes whole: it is the same file to the fault."""
_open, _os_open, _os_write, _os_close = builtins.open, os.open, os.write, os.close
_FAILS = {"full": errno.ENOSPC, "torn": errno.EIO}


class Bounded(NamedTuple):
    """How writing to a file fails: `room` bytes can be written to it still, and `struck` hears when that is used up."""

    how: str
    room: int
    struck: Callable[[], None]


class Held:
    """One open file: how much of its room is left."""

    def __init__(self, bound: Bounded) -> None:
        self._bound = bound
        self._left = bound.room
        self._is_told = False

    def write(self, data: Any, write: Callable[[Any], int | None]) -> int | None:
        """Write as a failing disk does. Raises OSError."""
        view = memoryview(data).cast("B")
        if len(view) <= self._left:
            self._left -= len(view)
            return write(view)
        self._strike()
        if self._bound.how == "partial":
            # Each write takes some, and says how much; who goes on asking gets all of it written.
            return write(view[: max(1, len(view) // 2)])
        fits, self._left = self._left, 0
        if fits:
            write(view[:fits])
        number = _FAILS.get(self._bound.how)
        if number is not None and not fits:
            raise OSError(number, os.strerror(number))
        return len(view) if number is None else fits

    def _strike(self) -> None:
        if not self._is_told:
            self._is_told = True
            self._bound.struck()


class _File(io.FileIO):
    """The lowest layer of a file, which Python's own buffers and texts are put on."""

    held: Held

    def write(self, data: Any, /) -> Any:
        return self.held.write(data, super().write)


class FailingDisk:
    """Stands in for `open` and `os.open` of the process. `bound_of` says how a path fails, None where it does not."""

    def __init__(self, bound_of: Callable[[str], Bounded | None]) -> None:
        self._bound_of = bound_of
        self._held: dict[int, Held] = {}

    def put_on(self) -> None:
        """Stand in from now on."""
        places: Any = (builtins, io, os)
        places[0].open = places[1].open = self._opened
        places[2].open, places[2].write, places[2].close = self._os_opened, self._os_written, self._os_closed

    def take_off(self) -> None:
        """Put back what Python has."""
        places: Any = (builtins, io, os)
        places[0].open = places[1].open = _open
        places[2].open, places[2].write, places[2].close = _os_open, _os_write, _os_close

    def _opened(
        self, file: Any, mode: str = "r", buffering: int = -1, encoding: str | None = None, errors: str | None = None,
        newline: str | None = None, closefd: bool = True, opener: Any = None,
    ) -> Any:  # fmt: skip # the parameters of `open`
        is_named = isinstance(file, str | bytes | os.PathLike)
        bound = self._bound_of(os.fsdecode(file)) if is_named and not set("wax+").isdisjoint(mode) else None
        if bound is None:
            return _open(file, mode, buffering, encoding, errors, newline, closefd, opener)
        # Python judges the arguments; the file is opened a second time, under our hands.
        _open(os.devnull, mode.replace("x", "a"), buffering, encoding, errors, newline).close()
        raw = _File(file, mode.replace("b", "").replace("t", ""), closefd, opener)
        raw.held = Held(bound)
        if buffering == 0:
            return raw
        size = buffering if buffering > 1 else io.DEFAULT_BUFFER_SIZE
        buffered = io.BufferedRandom(raw, size) if "+" in mode else io.BufferedWriter(raw, size)
        if "b" in mode:
            return buffered
        text: Any = io.TextIOWrapper(buffered, encoding, errors, newline, line_buffering=buffering == 1)
        text.mode = mode
        return text

    def _os_opened(self, path: Any, flags: int, *args: Any, **options: Any) -> int:
        descriptor = _os_open(path, flags, *args, **options)
        is_written = flags & (os.O_WRONLY | os.O_RDWR) and isinstance(path, str | bytes | os.PathLike)
        bound = self._bound_of(os.fsdecode(path)) if is_written else None
        self._held.pop(descriptor, None)
        if bound is not None:
            self._held[descriptor] = Held(bound)
        return descriptor

    def _os_written(self, descriptor: int, data: Any, /) -> int:
        held = self._held.get(descriptor)
        if held is None:
            return _os_write(descriptor, data)
        return held.write(data, lambda view: _os_write(descriptor, view)) or 0

    def _os_closed(self, descriptor: int) -> None:
        self._held.pop(descriptor, None)
        _os_close(descriptor)


def is_like(path: str, patterns: tuple[str, ...], folder: str) -> bool:
    """Whether a file is one of those that are meant; patterns are from the folder, or stand for the end of a path."""
    whole = named(os.path.join(folder, os.path.abspath(path)))
    relative = os.path.relpath(whole, folder)
    return any(
        fnmatch(relative, pattern) or fnmatch(whole, pattern) or fnmatch(whole, f"*/{pattern}") for pattern in patterns
    )


def named(path: str) -> str:
    """The file that a path stands for: of one that peakguard writes beside another, that other."""
    return _TEMPORARY.sub("", path)
