"""Threads that keep the context of who starts them."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextvars import copy_context


class ContextThread(threading.Thread):
    """A thread that runs in the context of where it is started."""

    def start(self) -> None:
        """As any thread; takes a copy of the context variables of the caller."""
        start_inside(self, super().start, copy_context().run)


def start_inside(
    thread: threading.Thread, start: Callable[[], None], enter: Callable[[Callable[[], None]], None]
) -> None:
    """Start a thread whose `run`, also that of a subclass or of the object itself, is called by `enter`."""
    own = thread.__dict__.get("run")
    run = thread.run

    def give_back() -> None:
        if own is None:
            thread.__dict__.pop("run", None)
        else:
            thread.__dict__["run"] = own

    def entered() -> None:
        give_back()  # else the thread and this function would keep each other
        enter(run)

    thread.__dict__["run"] = entered
    try:
        start()
    except BaseException:
        give_back()
        raise
