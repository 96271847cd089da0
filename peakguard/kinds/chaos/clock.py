"""A wall clock that jumps, for what Python code reads as the time; clocks that measure stay as they are."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable
from functools import partial
from typing import Any

from peakguard.runtime.class_methods import replace_class_method

_ns = time.time_ns
_gmtime, _localtime, _ctime, _strftime, _asctime = time.gmtime, time.localtime, time.ctime, time.strftime, time.asctime
_NAMES = ("time", "time_ns", "gmtime", "localtime", "ctime", "strftime", "asctime")


class JumpingClock:
    """The time of the system with an offset. `read` is called at each reading, and may move the offset."""

    def __init__(self, read: Callable[[], None]) -> None:
        self._read = read
        self._undo: list[Callable[[], None]] = []
        self.offset_ns = 0

    def put_on(self) -> None:
        """Let the process read this clock, through `time` and `datetime`."""
        functions: Any = time
        self._undo += [partial(setattr, functions, name, getattr(functions, name)) for name in _NAMES]
        seconds = self._seconds
        functions.time, functions.time_ns = seconds, self._now_ns
        functions.gmtime = lambda at=None: _gmtime(seconds() if at is None else at)
        functions.localtime = lambda at=None: _localtime(seconds() if at is None else at)
        functions.ctime = lambda at=None: _ctime(seconds() if at is None else at)
        functions.asctime = lambda parts=None: _asctime(functions.localtime() if parts is None else parts)
        functions.strftime = lambda form, parts=None: _strftime(form, functions.localtime() if parts is None else parts)
        self._replace(dt.datetime, "now", lambda cls, tz=None: cls.fromtimestamp(seconds(), tz))
        self._replace(dt.datetime, "today", lambda cls: cls.fromtimestamp(seconds()))
        self._replace(dt.datetime, "utcnow", lambda cls: cls.fromtimestamp(seconds(), dt.UTC).replace(tzinfo=None))
        self._replace(dt.date, "today", lambda cls: cls.fromtimestamp(seconds()))

    def take_off(self) -> None:
        """Give the process the time of the system back."""
        while self._undo:
            self._undo.pop()()

    def _replace(self, owner: type, name: str, method: Callable[..., Any]) -> None:
        self._undo.append(replace_class_method(owner, name, method))

    def _now_ns(self) -> int:
        self._read()
        return _ns() + self.offset_ns

    def _seconds(self) -> float:
        return self._now_ns() / 1e9
