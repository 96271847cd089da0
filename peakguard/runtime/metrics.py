"""Events as metrics: counters for Prometheus, and instruments of OpenTelemetry where a meter is given."""

from __future__ import annotations

import threading
from collections import Counter
from typing import Any, NamedTuple

from peakguard.runtime.closing import Closing
from peakguard.runtime.events import Event, subscribe

_PLACES = ("contract", "binding", "policy", "sink")
"""Attributes that say which policy an event is about."""
NAME = "peakguard.events"
SAYS = "Events of peakguard, by name, error code and policy."


class Series(NamedTuple):
    """The labels of one counter; a label that an event has no value for is empty."""

    event: str
    code: str
    policy: str


class Metrics(Closing):
    """Counts events from now on, until it is closed. Thread-safe.

    Runs, spans and ids are no labels: the number of series is bounded by what the policies declare.
    """

    def __init__(self, meter: Any = None) -> None:
        """`meter` is one of OpenTelemetry's; its counter `peakguard.events` goes along."""
        self._counts: Counter[Series] = Counter()
        self._lock = threading.Lock()
        self._counter = meter.create_counter(NAME, unit="{event}", description=SAYS) if meter is not None else None
        self._unsubscribe = subscribe(self._take)

    def counts(self) -> dict[Series, int]:
        """How many of each there were."""
        with self._lock:
            return dict(self._counts)

    def prometheus(self) -> str:
        """The counters in Prometheus' text format, to be served at `/metrics` or written for its node exporter."""
        lines = [f"# HELP peakguard_events_total {SAYS}", "# TYPE peakguard_events_total counter"]
        for series, count in sorted(self.counts().items()):
            labels = ",".join(f'{name}="{_escaped(value)}"' for name, value in series._asdict().items())
            lines.append(f"peakguard_events_total{{{labels}}} {count}")
        return "\n".join(lines) + "\n"

    def close(self) -> None:
        """Count no more; a second time does nothing."""
        self._unsubscribe()

    def _take(self, event: Event) -> None:
        fields = event.fields
        place = next((fields[name] for name in _PLACES if name in fields), "")
        series = Series(event.name, fields.get("code") or "", place)
        with self._lock:
            self._counts[series] += 1
        if self._counter is not None:
            self._counter.add(1, {f"peakguard.{name}": value for name, value in series._asdict().items() if value})


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
