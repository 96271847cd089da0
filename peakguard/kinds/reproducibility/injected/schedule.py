"""Who comes first, where nobody said so: threads, tasks of pools, processes, and timers of asyncio.

In order, what is started first has a head start; reversed, what is started first begins last. Programs that wait for
what they need give the same under both.
"""

from __future__ import annotations

import asyncio
import itertools
import threading
import time
from concurrent.futures import Future, ThreadPoolExecutor
from multiprocessing.process import BaseProcess
from typing import Any

_sleep = time.sleep
_HEAD_START = 0.005
_THREAD_DELAY = 0.08
_PROCESS_DELAY = 0.5
_TIMER_DELAY = 0.03
_start, _run, _submit = threading.Thread.start, threading.Thread.run, ThreadPoolExecutor.submit
_start_process, _run_process, _call_later = BaseProcess.start, BaseProcess.run, asyncio.BaseEventLoop.call_later


def keep_order() -> None:
    """Give what is started first a head start."""

    def start(self: threading.Thread) -> None:
        _start(self)
        self.join(_HEAD_START)

    def submit(self: ThreadPoolExecutor, *args: Any, **options: Any) -> Future[Any]:
        future: Future[Any] = _submit(self, *args, **options)
        end = time.monotonic() + _HEAD_START
        while not future.done() and time.monotonic() < end:
            _sleep(_HEAD_START / 10)
        return future

    def start_process(self: BaseProcess) -> None:
        _start_process(self)
        self.join(_HEAD_START * 20)

    _put(start, submit, start_process)


def reverse_order() -> None:
    """Let what is started first begin last."""
    starts, processes, timers = itertools.count(1), itertools.count(1), itertools.count(1)

    def start(self: threading.Thread) -> None:
        self.__dict__["_peakguard_delay"] = _THREAD_DELAY / next(starts)
        _start(self)

    def run(self: threading.Thread) -> None:
        _sleep(self.__dict__.get("_peakguard_delay", 0.0))
        _run(self)

    def submit(self: ThreadPoolExecutor, function: Any, /, *args: Any, **options: Any) -> Future[Any]:
        return _submit(self, _later, _THREAD_DELAY / next(starts), function, args, options)

    def start_process(self: BaseProcess) -> None:
        self.__dict__["_peakguard_delay"] = _PROCESS_DELAY / next(processes)
        _start_process(self)

    def run_process(self: BaseProcess) -> None:
        _sleep(self.__dict__.get("_peakguard_delay", 0.0))
        _run_process(self)

    def call_later(self: Any, delay: float, *args: Any, **options: Any) -> Any:
        return _call_later(self, delay + _TIMER_DELAY / next(timers), *args, **options)

    _put(start, submit, start_process)
    threads: Any = threading.Thread
    processes_: Any = BaseProcess
    loops: Any = asyncio.BaseEventLoop
    threads.run, processes_.run, loops.call_later = run, run_process, call_later


def _later(delay: float, function: Any, args: tuple[Any, ...], options: dict[str, Any]) -> Any:
    _sleep(delay)
    return function(*args, **options)


def _put(start: Any, submit: Any, start_process: Any) -> None:
    threads: Any = threading.Thread
    pools: Any = ThreadPoolExecutor
    processes: Any = BaseProcess
    threads.start, pools.submit, processes.start = start, submit, start_process
