"""Events as metrics, and where breakers stand: for Prometheus, and for OpenTelemetry where a meter is given."""

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
STATE = "peakguard.breaker.state"
STATE_SAYS = "Where a breaker stands since it last moved: 1 for its state."


class Series(NamedTuple):
    """The labels of one counter; a label that an event has no value for is empty."""

    event: str
    code: str
    policy: str


class Metrics(Closing):
    """Counts events from now on, until it is closed. Thread-safe.

    Runs, spans and ids are no labels: the number of series is bounded by what the policies declare.
    A breaker that has not moved since is not among the states: it is closed, or as its policy forces it to be.
    """

    def __init__(self, meter: Any = None) -> None:
        """`meter` is one of OpenTelemetry's; `peakguard.events` and `peakguard.breaker.state` go along."""
        self._states: dict[str, str] = {}
        self._counts: Counter[Series] = Counter()
        self._lock = threading.Lock()
        self._counter = None
        if meter is not None:
            self._counter = meter.create_counter(NAME, unit="{event}", description=SAYS)
            meter.create_observable_gauge(STATE, [self._observed], description=STATE_SAYS)
        self._unsubscribe = subscribe(self._take)

    def counts(self) -> dict[Series, int]:
        """How many of each there were."""
        with self._lock:
            return dict(self._counts)

    def states(self) -> dict[str, str]:
        """The state of each breaker that moved, by its policy."""
        with self._lock:
            return dict(self._states)

    def prometheus(self) -> str:
        """All of it in Prometheus' text format, to be served at `/metrics` or written for its node exporter."""
        lines = [f"# HELP peakguard_events_total {SAYS}", "# TYPE peakguard_events_total counter"]
        for series, count in sorted(self.counts().items()):
            labels = ",".join(f'{name}="{_escaped(value)}"' for name, value in series._asdict().items())
            lines.append(f"peakguard_events_total{{{labels}}} {count}")
        lines += [f"# HELP peakguard_breaker_state {STATE_SAYS}", "# TYPE peakguard_breaker_state gauge"]
        for policy, state in sorted(self.states().items()):
            lines.append(f'peakguard_breaker_state{{policy="{_escaped(policy)}",state="{state}"}} 1')
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
            if event.name == "breaker_moved":
                self._states[place] = fields["after"]
        if self._counter is not None:
            self._counter.add(1, {f"peakguard.{name}": value for name, value in series._asdict().items() if value})

    def _observed(self, _: Any) -> list[Any]:
        """What OpenTelemetry asks for when it collects."""
        from opentelemetry.metrics import Observation

        labels = ({"peakguard.policy": policy, "peakguard.state": state} for policy, state in self.states().items())
        return [Observation(1, each) for each in labels]


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
