"""Events reach every subscriber, and none of them can break who speaks."""

from __future__ import annotations

import io
import sys
import time

import pytest

import peakguard
from peakguard.runtime import events
from peakguard.runtime.policy_set import PolicySet


def test_an_event_carries_the_context_of_where_it_happens() -> None:
    heard: list[events.Event] = []
    unsubscribe = events.subscribe(heard.append)
    before = time.time_ns()
    events.emit("outside", x=1)
    with PolicySet({}, "d1").run() as run, run.span("s") as span:
        events.emit("inside", severity="error", name_=2)
        events.emit("other", policy_set="d2")
    unsubscribe()
    unsubscribe()
    events.emit("after")
    outside, started, inside, other, ended = heard
    assert (started.name, ended.name, ended.fields["status"]) == ("run_started", "run_ended", "ok")
    assert (started.span_id, ended.span_id) == (run.span_id, run.span_id)
    assert before <= outside.time_ns <= inside.time_ns <= time.time_ns()
    assert outside._replace(time_ns=0) == ("outside", 0, "info", None, None, None, None, {"x": 1})
    ids = (span.run_id, span.trace_id, span.span_id)
    assert inside._replace(time_ns=0) == ("inside", 0, "error", *ids, "d1", {"name_": 2})
    assert other.policy_set == "d2"


def test_the_end_of_a_run_is_told_under_its_own_ids() -> None:
    heard: list[events.Event] = []
    stop = events.subscribe(heard.append)
    with peakguard.run("nightly") as run:
        left_open = run.span("left open")
        left_open.__enter__()
    stop()
    assert heard[-1].name == "run_ended"
    assert (heard[-1].run_id, heard[-1].span_id) == (run.run_id, run.span_id)
    left_open.__exit__(None, None, None)


def test_a_subscriber_that_raises_is_told_once_and_the_others_hear(capsys: pytest.CaptureFixture[str]) -> None:
    heard: list[events.Event] = []

    def broken(event: events.Event) -> None:
        raise OSError(event.name)

    ways_back = [events.subscribe(broken), events.subscribe(heard.append)]
    events.emit("first")
    events.emit("second")
    for back in ways_back:
        back()
    assert [event.name for event in heard] == ["first", "second"]
    told = capsys.readouterr().err
    assert told.count("OSError: first") == 1
    assert "second" not in told


@pytest.mark.parametrize("closed", [True, False])
def test_without_a_stderr_it_is_still_no_fault(monkeypatch: pytest.MonkeyPatch, closed: bool) -> None:
    stream = io.StringIO()
    stream.close()
    monkeypatch.setattr(sys, "stderr", stream if closed else None)
    back = events.subscribe(lambda _: 1 / 0)
    events.emit("first")
    back()
