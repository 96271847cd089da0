"""How long one call takes."""

from __future__ import annotations

import time
from collections.abc import Callable


def per_call(run: Callable[[], object], calls: int) -> float:
    """Nanoseconds of processor time a call, of so many in a row."""
    start = time.thread_time_ns()
    for _ in range(calls):
        run()
    return (time.thread_time_ns() - start) / calls
