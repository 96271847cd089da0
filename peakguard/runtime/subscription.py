"""A function that hears of events, until it is told to stop."""

from __future__ import annotations

from collections.abc import Collection

from peakguard.runtime.closing import Closing
from peakguard.runtime.event_kinds import EVENTS
from peakguard.runtime.events import Event, Subscriber, subscribe


class Subscription(Closing):
    """Ends with `close()`, or with the `with` block that it stands in."""

    def __init__(self, callback: Subscriber, names: Collection[str] | None) -> None:
        wanted = frozenset([names] if isinstance(names, str) else names) if names is not None else None
        unknown = sorted(wanted - EVENTS.keys()) if wanted is not None else []
        if unknown:
            raise ValueError(f"no event is called {unknown[0]!r}; there are {', '.join(EVENTS)}")

        def heard(event: Event) -> None:
            if wanted is None or event.name in wanted:
                callback(event)

        self._unsubscribe = subscribe(heard)

    def close(self) -> None:
        """Hear no more; a second time does nothing."""
        self._unsubscribe()
