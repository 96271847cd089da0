"""Contexts in headers and environments."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

import pytest

import peakguard
from peakguard.runtime import context, events
from peakguard.runtime.context.baggage import parse_baggage
from peakguard.runtime.context.identifiers import is_run_id

TRACE, SPAN = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
RUN = "01a211d2-9b4c-75d1-b0b7-aba963049d83"
PARENT = f"00-{TRACE}-{SPAN}-01"


@pytest.fixture
def heard() -> Iterator[list[events.Event]]:
    found: list[events.Event] = []

    def hear(event: events.Event) -> None:
        if not event.name.startswith("run_"):
            found.append(event)

    unsubscribe = events.subscribe(hear)
    yield found
    unsubscribe()


def test_a_foreign_trace_is_continued(heard: list[events.Event]) -> None:
    headers = {"Traceparent": PARENT, "TraceState": "a=1,b=2", "BAGGAGE": f"peakguard.run_id={RUN},desk=fx;p=1"}
    with context.continue_from(headers, "server") as run:
        assert (run.run_id, run.trace_id, run.name) == (RUN, TRACE, "server")
        assert run.context.parent_span_id == SPAN != run.span_id
        out: dict[str, str] = {"traceparent": "old", "Baggage": "old", "X": "y"}
        context.inject(out)
    assert heard == []
    assert context.current() is None
    assert out == {
        "X": "y",
        "traceparent": f"00-{TRACE}-{run.span_id}-01",
        "tracestate": "a=1,b=2",
        "baggage": f"peakguard.run_id={RUN},desk=fx;p=1",
    }


@pytest.mark.parametrize("flags", ["00", "01"])
def test_the_sampled_flag_goes_on_through_runs_and_spans(flags: str) -> None:
    out: dict[str, str] = {}
    headers = {"traceparent": PARENT[:-2] + flags, "tracestate": "a=1"}
    with context.continue_from(headers), peakguard.run() as run, run.span("s"):
        context.inject(out)
    assert (out["traceparent"][-2:], out["tracestate"]) == (flags, "a=1")


@pytest.mark.parametrize(
    ("headers", "refused"),
    [
        ({"traceparent": "x", "tracestate": "a=1"}, ("traceparent",)),
        ({"traceparent": PARENT, "tracestate": "a"}, ("tracestate",)),
        ({"traceparent": PARENT, "baggage": "a"}, ("baggage",)),
        ({"traceparent": "", "baggage": f"peakguard.run_id={RUN.upper()}"}, ("traceparent", "baggage")),
    ],
)
def test_what_breaks_its_specification_is_told(
    headers: dict[str, str], refused: tuple[str, ...], heard: list[events.Event]
) -> None:
    with context.continue_from(headers) as run:
        assert run.refused == refused
        assert (run.trace_id == TRACE) == ("traceparent" not in refused)
        assert run.run_id != RUN
        assert is_run_id(run.run_id)
        assert run.context.tracestate == ""
    assert [(event.name, event.severity, event.fields["headers"]) for event in heard] == [
        ("context_refused", "warning", refused)
    ]


def test_without_headers_there_is_a_new_trace_and_nothing_is_told(heard: list[events.Event]) -> None:
    with context.continue_from({"accept": "*"}) as first, peakguard.run():
        pass
    with context.continue_from({}) as second:
        assert second.trace_id != first.trace_id
    assert (first.context.parent_span_id, first.parent_run_id, heard) == (None, None, [])


def test_baggage_that_does_not_fit_is_told(heard: list[events.Event]) -> None:
    out: dict[str, str] = {}
    with peakguard.run(big="x" * 9000, small="y") as run:
        context.inject(out)
    assert {member.key: member.value for member in parse_baggage(out["baggage"]).members} == {
        "peakguard.run_id": run.run_id,
        "small": "y",
    }
    assert [(event.name, event.fields, event.run_id) for event in heard] == [
        ("baggage_dropped", {"members": 1}, run.run_id)
    ]


def test_outside_any_run_nothing_is_added() -> None:
    kept = {"TRACEPARENT": PARENT}
    assert context.propagate_env(kept) == {"TRACEPARENT": PARENT}
    out: dict[str, str] = {}
    context.inject(out)
    assert out == {}


def test_an_environment_takes_nothing_old_along() -> None:
    env = {"TRACEPARENT": "old", "TRACESTATE": "old=1", "BAGGAGE": "old=1", "PATH": "p"}
    with peakguard.run() as run:
        assert context.propagate_env(env) is env
    expected = {"TRACEPARENT": f"00-{run.trace_id}-{run.span_id}-01", "BAGGAGE": f"peakguard.run_id={run.run_id}"}
    assert env == {"PATH": "p", **expected}


def test_a_run_of_a_subprocess_is_a_run_of_its_own_in_the_trace() -> None:
    child = "import peakguard\nwith peakguard.run() as r: print(r.trace_id, r.parent_run_id, r.run_id, r.baggage)"
    with peakguard.run(desk="fx") as run:
        env = context.propagate_env({})
    printed = subprocess.run(
        [sys.executable, "-c", child],
        env={"PYTHONPATH": ":".join(sys.path), **env},
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split(maxsplit=3)
    assert printed[:2] == [run.trace_id, run.run_id]
    assert printed[2] > run.run_id
    assert printed[3].strip() == "{'desk': 'fx'}"
