"""The files that the program opens, as Python's audit events tell: what it reads, each with its content then."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable
from types import FrameType
from typing import Any

_WRITING = os.O_WRONLY | os.O_RDWR
_ELSEWHERE = ("/proc", "/sys", "/dev", "/usr", "/etc", "/lib", "/bin", "/var", "/run")
_NOT_DATA = ("__pycache__", ".peakguard", ".git", ".venv", "node_modules")


class Opened:
    """What is read before it is written, and what is written; `root` is the project, whose files all count as data."""

    def __init__(self, root: str, note: Callable[[str], None]) -> None:
        """`note(path)` is called before a file is read for the first time."""
        self._root = os.path.join(os.path.realpath(root), "")
        self.written: dict[str, None] = {}
        self._note = note
        self._seen: set[tuple[Any, bool]] = set()
        self._busy = threading.local()
        self._is_on = True
        own = os.path.dirname(os.path.dirname(os.path.dirname(os.path.realpath(__file__))))
        folders = (own, sys.prefix, sys.base_prefix, *(each for each in sys.path if "-packages" in each))
        self._apart = tuple(os.path.join(os.path.realpath(each), "") for each in folders)

    def begin(self) -> None:
        """Listen from now on; a hook cannot be taken away, so that it stays and sleeps after `end`."""
        sys.addaudithook(self._hear)

    def end(self) -> None:
        """Listen no more."""
        self._is_on = False

    def _hear(self, event: str, arguments: tuple[Any, ...]) -> None:
        is_open = event == "open"
        if not self._is_on or not (is_open or event.endswith(".rename")) or hasattr(self._busy, "on"):
            return
        self._busy.on = True
        try:
            if is_open:
                self._hear_open(*arguments)
            else:
                self._hear_rename(*arguments[:2])
        except (OSError, TypeError, ValueError):
            return  # a path that the program is about to fail with, or a folder that is gone: what it does is its own
        finally:
            del self._busy.on

    def _hear_open(self, path: Any, mode: str | None, flags: int) -> None:
        is_written = bool(flags & _WRITING)
        path = os.fsdecode(path) if type(path) is bytes else path
        if type(path) is str and (path, is_written) not in self._seen:
            self._open(path, mode, is_written=is_written)

    def _hear_rename(self, source: Any, target: Any) -> None:
        before, after = (os.path.abspath(os.fsdecode(each)) for each in (source, target))
        if before in self.written:
            del self.written[before]
            self.written[after] = None

    def _open(self, path: str, mode: str | None, *, is_written: bool) -> None:
        if os.path.isabs(path):
            self._seen.add((path, is_written))  # a relative one may be another file tomorrow
        whole = os.path.abspath(path)
        if not self._is_data(whole) or (is_written and _is_written_by_us()):
            return
        is_kept = not is_written or (mode is not None and mode[:1] in "ra")
        if is_kept and whole not in self.written and os.path.isfile(whole):
            self._note(whole)
        if is_written:
            self.written[whole] = None

    def _is_data(self, path: str) -> bool:
        if not set(path.split(os.sep)).isdisjoint(_NOT_DATA) or path.endswith((".pyc", ".so")):
            return False
        if path.startswith(self._apart):
            return False
        return path.startswith(self._root) or not path.startswith(_ELSEWHERE)


def _is_written_by_us() -> bool:
    """Whether peakguard opens the file, as for a log: that is no result of the program, and holds the time of day."""
    frame: FrameType | None = sys._getframe(1)  # noqa: SLF001 # the documented way to the caller
    while frame is not None and frame.f_globals.get("__name__") == __name__:
        frame = frame.f_back
    return frame is not None and str(frame.f_globals.get("__name__", "")).startswith("peakguard.")
