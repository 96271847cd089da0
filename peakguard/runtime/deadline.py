"""By when a call must be done: set by a policy, inherited by all that it calls, readable by the program."""

from __future__ import annotations

import time
from contextvars import ContextVar, Token
from types import TracebackType
from typing import Self

DEADLINE: ContextVar[float | None] = ContextVar("peakguard deadline", default=None)
"""On the clock of `time.monotonic`."""


def remaining() -> float | None:
    """The seconds that are left to the guarded call in which the code runs; None where nothing limits it.

    For loops and clients of the program: `requests.get(url, timeout=remaining())`.
    """
    deadline = DEADLINE.get()
    return None if deadline is None else max(0.0, deadline - time.monotonic())


class Until:
    """Within the block a deadline holds, unless a nearer one does already."""

    __slots__ = ("_at", "_token")

    def __init__(self, at: float) -> None:
        self._at = at

    def __enter__(self) -> Self:
        above = DEADLINE.get()
        self._token: Token[float | None] = DEADLINE.set(self._at if above is None else min(self._at, above))
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        DEADLINE.reset(self._token)
