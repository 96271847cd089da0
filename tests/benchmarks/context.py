"""What a run and a span cost, enter and exit, beside peers: `python -m tests.benchmarks.context`.

Each figure is the best and the median of interleaved rounds; ratios are medians of paired rounds over our span.
Measured is processor time of the thread, so that work of others on the machine counts less.
"""

from __future__ import annotations

import contextvars
import statistics
from collections.abc import Callable
from typing import Any

import peakguard
from peakguard.runtime import context
from tests.benchmarks.timing import per_call

ROUNDS = 81
CALLS = 500
Run = Callable[[], object]
BUDGETS = {"peakguard run": 5000, "peakguard span": 1500}


def main() -> None:
    with peakguard.run("benchmark"):
        subjects: dict[str, Run] = {**ours(), **peers()}
        rounds = [{name: per_call(run, CALLS) for name, run in subjects.items()} for _ in range(ROUNDS)]
    print("| what | best, ns | median, ns | of our span | budget, ns |\n|---|---|---|---|---|")
    for name in subjects:
        found = [each[name] for each in rounds]
        ratio = statistics.median(each[name] / each["peakguard span"] for each in rounds)
        best, median = min(found), statistics.median(found)
        print(f"| {name} | {best:,.0f} | {median:,.0f} | {ratio:.2f} × | {BUDGETS.get(name) or ''} |")


def ours() -> dict[str, Run]:
    def run() -> None:
        with peakguard_run("job"):
            pass

    def asked_run() -> None:
        with peakguard_run("job"):
            current()

    def span() -> None:
        with context_span("load"):
            pass

    def asked() -> None:
        with context_span("load"):
            current()

    empty = contextvars.Context()
    peakguard_run, context_span, current = peakguard.run, context.span, context.current
    return {
        "peakguard run": lambda: empty.run(run),
        "peakguard run, asked for its ids": lambda: empty.run(asked_run),
        "peakguard span": span,
        "peakguard span, asked for its ids": asked,
        "current()": current,
    }


def peers() -> dict[str, Run]:
    """structlog and OpenTelemetry, where they are installed."""
    return {**structlog(), **opentelemetry()}


def structlog() -> dict[str, Run]:
    try:
        from structlog.contextvars import bound_contextvars
    except ImportError:
        print("structlog is not installed: not measured")
        return {}

    def bind() -> None:
        with bound_contextvars(run_id="r", trace_id="t", span_id="s"):
            pass

    return {"structlog bound_contextvars, 3 fields": bind}


def opentelemetry() -> dict[str, Run]:
    try:
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.sampling import ALWAYS_OFF, ALWAYS_ON
    except ImportError:
        print("opentelemetry-sdk is not installed: not measured")
        return {}

    def spans(sampler: Any) -> Run:
        tracer = TracerProvider(sampler=sampler).get_tracer("benchmark")

        def span() -> None:
            with tracer.start_as_current_span("load"):
                pass

        return span

    on, off = spans(ALWAYS_ON), spans(ALWAYS_OFF)
    return {"OpenTelemetry span, no exporter": on, "OpenTelemetry span, sampled out": off}


if __name__ == "__main__":
    main()
