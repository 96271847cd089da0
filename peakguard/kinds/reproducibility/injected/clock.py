"""A clock that the program reads as the time: it begins at a given moment and moves by what the program does.

Each reading moves it by a microsecond and each sleep by its length, so that every repetition reads the same times.
`time.monotonic` and `time.perf_counter` stay: they measure how long something takes.
"""

from __future__ import annotations

import datetime as dt
import itertools
import time
from typing import Any

from peakguard.kinds.reproducibility.injected.ours import is_ours
from peakguard.runtime.class_methods import replace_class_method

_TICK = 1000
_real_ns, _real, _sleep = time.time_ns, time.time, time.sleep
_gmtime, _localtime, _ctime, _strftime, _asctime = time.gmtime, time.localtime, time.ctime, time.strftime, time.asctime


class Clock:
    """The time in nanoseconds since 1970, from a start."""

    def __init__(self, start_ns: int) -> None:
        self._start = start_ns
        self._readings = itertools.count(1)
        self._slept = 0

    def now_ns(self) -> int:
        """The time; it has moved when it is read again."""
        return self._start + next(self._readings) * _TICK + self._slept

    def sleep(self, seconds: float) -> None:
        """Sleep, and move the clock."""
        _sleep(seconds)
        self._slept += int(seconds * 1e9)


def inject_clock(start_ns: int) -> None:
    """Let the program read this time from now on, through `time` and `datetime`."""
    clock = Clock(start_ns)

    def now_ns() -> int:
        return _real_ns() if is_ours() else clock.now_ns()

    def now() -> float:
        return _real() if is_ours() else clock.now_ns() / 1e9

    functions: Any = time
    functions.time_ns, functions.time, functions.sleep = now_ns, now, clock.sleep
    functions.gmtime = lambda seconds=None: _gmtime(clock.now_ns() / 1e9 if seconds is None else seconds)
    functions.localtime = lambda seconds=None: _localtime(clock.now_ns() / 1e9 if seconds is None else seconds)
    functions.ctime = lambda seconds=None: _ctime(clock.now_ns() / 1e9 if seconds is None else seconds)
    functions.asctime = lambda parts=None: _asctime(functions.localtime() if parts is None else parts)
    functions.strftime = lambda form, parts=None: _strftime(form, functions.localtime() if parts is None else parts)
    replace_class_method(dt.datetime, "now", lambda cls, tz=None: cls.fromtimestamp(now(), tz))
    replace_class_method(dt.datetime, "today", lambda cls: cls.fromtimestamp(now()))
    replace_class_method(dt.datetime, "utcnow", lambda cls: cls.fromtimestamp(now(), dt.UTC).replace(tzinfo=None))
    replace_class_method(dt.date, "today", lambda cls: cls.fromtimestamp(now()))
