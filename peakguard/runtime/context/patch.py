"""Opt-in: threads and pools of the whole program keep the run context, also those of other libraries."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from functools import partial
from typing import Any

from peakguard.runtime.context.bound import Carried
from peakguard.runtime.context.scope import SCOPE
from peakguard.runtime.context.threads import start_inside

_lock = threading.Lock()
_users = 0
_undo: list[Callable[[], None]] = []


def propagate_context() -> Callable[[], None]:
    """Let every thread and pool of the program carry the run and span of who starts or submits.

    Patches `threading.Thread.start` (timers and subclasses are threads) and `submit` of the thread and
    process pools of `concurrent.futures`, which `loop.run_in_executor` uses too. Other context variables
    are left as they were. Returns the way back; asked twice, the patch stays until both are undone.
    """
    global _users  # noqa: PLW0603 # one program, one patch
    with _lock:
        _users += 1
        if _users == 1:
            _undo.append(_replace(threading.Thread, "start", _carrying_start))
            _undo.extend(
                _replace(pool, "submit", _carrying_submit) for pool in (ThreadPoolExecutor, ProcessPoolExecutor)
            )
    is_done = False

    def undo() -> None:
        global _users  # noqa: PLW0603 # likewise
        nonlocal is_done
        with _lock:
            if is_done:
                return
            is_done = True
            _users -= 1
            while not _users and _undo:
                _undo.pop()()

    return undo


def _replace(owner: type, name: str, make: Callable[[Callable[..., Any]], Callable[..., Any]]) -> Callable[[], None]:
    original = getattr(owner, name)
    patched = make(original)
    setattr(owner, name, patched)

    def restore() -> None:
        # Where another patch stands on ours, taking it away would undo theirs; ours passes through then.
        if getattr(owner, name) is patched:
            setattr(owner, name, original)

    return restore


def _carrying_start(original: Callable[..., None]) -> Callable[..., None]:
    def start(self: threading.Thread) -> None:
        scope = SCOPE.get()
        if not _users or scope is None:
            original(self)
            return

        def enter(run: Callable[[], None]) -> None:
            SCOPE.set(scope)  # the thread's own Context ends with it
            run()

        start_inside(self, partial(original, self), enter)

    return start


def _carrying_submit(original: Callable[..., Future[Any]]) -> Callable[..., Future[Any]]:
    def submit(self: Executor, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        if not _users:
            return original(self, fn, *args, **kwargs)
        # A worker that this call starts lives longer than the run: it must not begin inside of it.
        carried = Carried(fn, SCOPE.get())
        before = SCOPE.set(None)
        try:
            return original(self, carried, *args, **kwargs)
        finally:
            SCOPE.reset(before)

    return submit
