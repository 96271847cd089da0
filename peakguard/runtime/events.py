"""What happened, for whoever subscribes: sinks, journals, metrics. Without a subscriber it costs one test."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, Literal, NamedTuple

from peakguard.runtime.context.scope import SCOPE, Context
from peakguard.runtime.streams import say

Severity = Literal["debug", "info", "warning", "error"]


class Event(NamedTuple):
    """Something that happened; `time_ns` counts nanoseconds since 1970, `fields` is what it is about."""

    name: str
    time_ns: int
    severity: Severity
    run_id: str | None
    trace_id: str | None
    span_id: str | None
    policy_set: str | None
    fields: dict[str, Any]


Subscriber = Callable[[Event], object]
_subscribers: tuple[Subscriber, ...] = ()
_failed: set[int] = set()


def is_heard() -> bool:
    """Whether anybody subscribes; what an event is made of need not be found out for nobody."""
    return bool(_subscribers)


def emit(
    name: str,
    /,
    *,
    severity: Severity = "info",
    policy_set: str | None = None,
    at: Context | None = None,
    **fields: Any,
) -> None:
    """Tell every subscriber; never raises because of one. `at` is where it happened, if that is not here."""
    if not _subscribers:
        return
    scope = SCOPE.get()
    if at is None and scope is not None:
        at = scope.context
    if at is None:
        event = Event(name, time.time_ns(), severity, None, None, None, policy_set, fields)
    else:
        digest = policy_set or at.policy_set
        event = Event(name, time.time_ns(), severity, at.run_id, at.trace_id, at.span_id, digest, fields)
    for subscriber in _subscribers:
        try:
            subscriber(event)
        except Exception as error:  # noqa: BLE001 # whoever listens must not break who speaks
            report_once(subscriber, error)


def subscribe(subscriber: Subscriber) -> Callable[[], None]:
    """Call a function with every Event from now on, in the thread where it happens; returns the way back.

    A subscriber that raises goes on being called; its first exception is written to stderr.
    """
    global _subscribers  # noqa: PLW0603 # an immutable tuple is replaced, so that nobody sees half of it
    _subscribers = (*_subscribers, subscriber)

    def unsubscribe() -> None:
        global _subscribers  # noqa: PLW0603 # likewise
        rest = [each for each in _subscribers if each is not subscriber]
        _failed.discard(id(subscriber))
        _subscribers = tuple(rest)

    return unsubscribe


def report_once(subscriber: Callable[..., object], error: Exception) -> None:
    """Say on stderr that a listener failed, the first time that it does."""
    if id(subscriber) in _failed:
        return
    _failed.add(id(subscriber))
    from traceback import format_exception

    told = f"peakguard: {subscriber!r} failed at an event; it goes on being called, but this is told once\n"
    say(told + "".join(format_exception(error)))
