"""The run that the current code belongs to."""

from __future__ import annotations

from contextvars import ContextVar
from typing import NamedTuple


class Context(NamedTuple):
    """The ids of a run."""

    run_id: str
    trace_id: str
    span_id: str


_CURRENT: ContextVar[Context | None] = ContextVar("peakguard_context", default=None)


def current() -> Context | None:
    """The context of the run around this code, None outside of any."""
    return _CURRENT.get()
