"""Events as counters of Prometheus and of OpenTelemetry."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader

from peakguard.runtime.events import emit
from peakguard.runtime.metrics import Metrics, Series
from tests.unit.resilience.virtual import HEAD, Time, on, policies_of


def test_events_are_counted_by_name_code_and_policy() -> None:
    with Metrics() as metrics:
        for _ in range(3):
            emit("call_refused", severity="error", binding='desk "one"\n', rule="r", code="PT-1", enforced=True)
        emit("run_started", name="nightly")
    emit("run_started", name="later")
    assert metrics.counts() == {Series("call_refused", "PT-1", 'desk "one"\n'): 3, Series("run_started", "", ""): 1}
    assert metrics.prometheus().splitlines()[1:4] == [
        "# TYPE peakguard_events_total counter",
        'peakguard_events_total{event="call_refused",code="PT-1",policy="desk \\"one\\"\\n"} 3',
        'peakguard_events_total{event="run_started",code="",policy=""} 1',
    ]


def test_where_breakers_stand_is_told(tmp_path: Path) -> None:
    breaker = "breaker: {minimum_calls: 1, sliding_window: {size: 1}, permitted_calls_in_half_open: 1}"
    policies = policies_of(tmp_path, f"{HEAD}  p: {{{breaker}}}\n  q: {{{breaker}}}\n")
    time = Time()
    on(time, policies)
    reader = InMemoryMetricReader()
    provider = MeterProvider([reader], shutdown_on_exit=False)
    answers: list[Any] = []

    @policies.guard("p")
    def call() -> int:
        if not answers:
            raise OSError
        return 7

    policies.guard("q")(lambda: 7)()
    with Metrics(provider.get_meter("app")) as metrics:
        with pytest.raises(OSError):  # noqa: PT011 # it says nothing
            call()
        assert metrics.states() == {"p": "open"}
        assert metrics.prometheus().splitlines()[-1] == 'peakguard_breaker_state{policy="p",state="open"} 1'
        data: Any = reader.get_metrics_data()
        found = {each.name: each for each in data.resource_metrics[0].scope_metrics[0].metrics}
        (point,) = found["peakguard.breaker.state"].data.data_points
        assert (point.value, dict(point.attributes)) == (1, {"peakguard.policy": "p", "peakguard.state": "open"})
        time.now += 60
        answers.append(7)
        call()
        assert metrics.states() == {"p": "closed"}


def test_a_meter_of_opentelemetry_counts_along() -> None:
    reader = InMemoryMetricReader()
    provider = MeterProvider([reader], shutdown_on_exit=False)
    with Metrics(provider.get_meter("app")):
        emit("contract_violated", severity="error", contract="bars", version="1", code="PT-1", rules=[], enforced=True)
    data: Any = reader.get_metrics_data()
    (metric,) = data.resource_metrics[0].scope_metrics[0].metrics
    (point,) = metric.data.data_points
    assert (metric.name, point.value) == ("peakguard.events", 1)
    assert dict(point.attributes) == {
        "peakguard.event": "contract_violated", "peakguard.code": "PT-1", "peakguard.policy": "bars",
    }  # fmt: skip # one a line would be longer


def many() -> None:
    for _ in range(2000):
        emit("run_started", name=None)


def test_threads_lose_no_count() -> None:
    with Metrics() as metrics:
        threads = [threading.Thread(target=many) for _ in range(8)]
        for each in threads:
            each.start()
        for each in threads:
            each.join()
    assert metrics.counts() == {Series("run_started", "", ""): 16_000}
