"""A monitor as a program uses it: what it raises and when, what it leaves behind, and what it tells at the end."""

from __future__ import annotations

import importlib
import json
import pickle
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import polars as pl
import pytest

import peakguard as package
from peakguard.kinds.invariants.watching import watching
from peakguard.runtime.errors import InvariantViolation, PeakguardError
from peakguard.runtime.events import Event, subscribe
from peakguard.runtime.policy_set import PolicySet
from tests.functional.conftest import Project

HEAD = "peakguard: 1\nkind: invariants\nname: book\nversion: 1.0.0\n"
BOOK = (
    HEAD
    + """\
state: {cash: float64, fees: float64}
keep: 3
invariants:
  solvent: {expr: cash >= 0, severity: halt}
  fees_grow: {expr: delta(fees) >= 0, on_null: pass}
  low: {expr: cash >= 10, severity: warning, grace: 2}
  counted: {expr: cash >= 50, severity: record}
at_end:
  paid: {expr: fees > 0}
"""
)


@pytest.fixture
def heard() -> Iterator[list[Event]]:
    events: list[Event] = []
    stop = subscribe(events.append)
    yield events
    stop()


def loaded(project: Project, text: str) -> PolicySet:
    return package.load(project({"policies/book.yaml": text}))


def test_an_error_refuses_its_step_and_the_next_one_goes_on(project: Project) -> None:
    monitor = loaded(project, BOOK).monitor("book")
    monitor.step(cash=100.0, fees=1.0)
    with pytest.raises(InvariantViolation) as caught:
        monitor.step(cash=100.0, fees=0.5)
    monitor.step(cash=100.0, fees=0.5)
    breach = caught.value.breaches[0]
    assert (caught.value.code, breach.id, breach.step, breach.measure) == ("PG2060", "invariants.fees_grow", 2, -0.5)
    assert breach._asdict()["values"] == {"fees": 0.5}
    assert [tuple(step) for step in breach.before] == [(1, {"cash": 100.0, "fees": 1.0})]
    assert monitor.outcome().steps == 3


def test_a_halt_is_for_good_and_leaves_the_last_steps(project: Project) -> None:
    policies = loaded(project, BOOK)
    monitor = policies.monitor("book")
    step = monitor.step
    with policies.run("nightly", seed=42) as run, package.run("inner"):
        for cash in (5.0, 4.0, 3.0, 2.0):
            step(cash=cash, fees=1.0)
        with pytest.raises(InvariantViolation) as caught:
            step(cash=-1.0, fees=1.0)
        for _ in range(2):
            with pytest.raises(PeakguardError) as again:
                step(cash=100.0, fees=1.0)
            assert again.value.code == "PG2061"
            assert again.value.__cause__ is caught.value
    monitor.close()
    assert caught.value.artifact is not None
    held = json.loads(Path(caught.value.artifact).read_text())
    assert [each["step"] for each in held["steps"]] == [2, 3, 4, 5]
    assert held["steps"][-1] == {"step": 5, "cash": -1.0, "fees": 1.0}
    assert (held["seed"], held["broken"]) == (42, ["invariants.solvent"])
    assert held["run_id"] != run.run_id, "that of the run inside"
    verified = policies.invariants("book").verify_file(caught.value.artifact)
    assert [breach.id for breach in verified.breaches] == ["invariants.solvent"]


def test_a_halt_that_cannot_leave_anything_still_halts(project: Project, capfd: pytest.CaptureFixture[str]) -> None:
    policies = loaded(project, BOOK)
    project({".peakguard/halts/book": "a file where the folder should be"})
    with pytest.raises(InvariantViolation) as caught:
        policies.monitor("book").step(cash=-1.0, fees=1.0)
    assert caught.value.artifact is None
    assert "cannot be written" in capfd.readouterr().err


def test_warnings_and_records_raise_nothing_and_are_told(project: Project, heard: list[Event]) -> None:
    monitor = loaded(project, BOOK).monitor("book")
    for _ in range(4):
        monitor.step(cash=9.0, fees=1.0)
    outcomes = {each.id: each for each in monitor.outcome().outcomes}
    assert (outcomes["invariants.low"].failed, outcomes["invariants.low"].broken) == (4, 3)
    assert outcomes["invariants.counted"].broken == 4
    told = [(event.fields["invariant"], event.fields["step"]) for event in heard if event.name == "invariant_broken"]
    assert told == [("invariants.low", 2)]


def test_the_end_is_judged_by_close_and_by_the_end_of_a_with(project: Project, heard: list[Event]) -> None:
    policies = loaded(project, BOOK)
    with pytest.raises(InvariantViolation) as caught, policies.monitor("book") as monitor:
        monitor.step(cash=100.0, fees=0.0)
    assert caught.value.breaches[0].id == "at_end.paid"
    ended = [event.fields for event in heard if event.name == "invariants_watched"]
    assert ended == [{"policy": "book", "steps": 1, "broken": 1, "idle": []}]
    monitor.close()


def test_what_a_with_dies_of_goes_on_and_has_a_note_of_the_end(project: Project) -> None:
    def program() -> None:
        with loaded(project, BOOK).monitor("book") as monitor:
            monitor.step(cash=100.0, fees=0.0)
            raise KeyError("own")

    with pytest.raises(KeyError) as caught:
        program()
    assert "at_end.paid" in caught.value.__notes__[0]


def test_observing_and_off_raise_nothing(project: Project) -> None:
    policies = loaded(project, BOOK)
    with policies.monitor("book", mode="observe") as monitor:
        monitor.step(cash=-1.0, fees=0.0)
        monitor.step(cash=None, fees=0.0)
        monitor.step(cash=-1.0, fees=0.0)
    outcome = {each.id: each for each in monitor.outcome().outcomes}
    assert (outcome["state"].broken, outcome["invariants.solvent"].broken) == (1, 2)
    assert monitor.outcome().breaches == ()
    with policies.monitor("book", mode="off") as monitor:
        monitor.step(cash=-1.0)


@pytest.mark.parametrize("odd", [None, float("nan"), float("inf"), "1", Decimal("0.1"), object()])
def test_a_value_that_is_none_refuses_its_step_and_changes_nothing(odd: Any, project: Project) -> None:
    monitor = loaded(project, BOOK).monitor("book")
    monitor.step(cash=100.0, fees=1.0)
    with pytest.raises(InvariantViolation) as caught:
        monitor.step(cash=odd, fees=99.0)
    assert caught.value.breaches[0].id == "state.cash"
    monitor.step(cash=100.0, fees=1.0)


def test_values_of_other_libraries_are_taken(project: Project) -> None:
    monitor = loaded(project, BOOK).monitor("book")
    for value in (np.float64(100), np.float32(100), np.int64(100), 100):
        monitor.step(cash=value, fees=value)
    assert {each.failed for each in monitor.outcome().outcomes} == {0}


def test_times_compare_as_points_in_time_whatever_they_come_as(project: Project) -> None:
    text = HEAD + "state: {time: 'datetime[us, UTC]'}\ninvariants:\n  on: {expr: 'time > prev(time)', on_null: pass}\n"
    monitor = loaded(project, text).monitor("book")
    start = datetime(2020, 1, 1, tzinfo=UTC)
    times: list[Any] = [start, pd.Timestamp(start) + pd.Timedelta(1, "us"), start + timedelta(seconds=1)]
    times += [pd.Timestamp("2020-01-01T00:00:01.5", tz=ZoneInfo("UTC"))]
    times += [(start + timedelta(seconds=2)).astimezone(timezone(timedelta(hours=-5))), "2020-01-01T00:00:03Z"]
    for time in times:
        monitor.step(time=time)
    with pytest.raises(InvariantViolation):
        monitor.step(time=(start + timedelta(seconds=3)).astimezone(timezone(timedelta(hours=9))))
    naive = datetime(2021, 1, 1)  # noqa: DTZ001 # on purpose
    for odd in (naive, pd.Timestamp("2020-01-01", tz="UTC").as_unit("s") + pd.Timedelta(18_000 * 365, "D")):
        with pytest.raises(InvariantViolation) as caught:
            monitor.step(time=odd)
        assert caught.value.breaches[0].id == "state.time"


def test_fields_may_be_called_like_functions(project: Project) -> None:
    text = HEAD + "state: {sum: float64, date: int64, step: float64, STEP_0: float64}\ninvariants:\n"
    text += "  all: {expr: 'sum + step + STEP_0 > max(date, 0)'}\n"
    monitor = loaded(project, text).monitor("book")
    monitor.step(sum=1.0, date=1, step=1.0, STEP_0=1.0)
    with pytest.raises(InvariantViolation):
        monitor.step(sum=1.0, date=5, step=1.0, STEP_0=1.0)


def test_groups_do_not_see_each_other(project: Project) -> None:
    text = HEAD + "state: {symbol: string, n: int64}\ninvariants:\n"
    text += "  grows: {expr: 'n > prev(n)', within: [symbol], on_null: pass}\n"
    monitor = loaded(project, text).monitor("book")
    for symbol, n in (("a", 1), ("b", 0), ("a", 2), ("b", 1)):
        monitor.step(symbol=symbol, n=n)
    with pytest.raises(InvariantViolation) as caught:
        monitor.step(symbol="b", n=1)
    assert caught.value.breaches[0].group == ("b",)


def test_waits_end_in_time_or_are_broken_when_the_time_is_over(project: Project) -> None:
    text = HEAD + "state: {sent: bool, done: bool}\ninvariants:\n"
    text += "  settles: {after: sent, within: 2, expect: done}\n  ends: {eventually: done}\n"
    policies = loaded(project, text)
    monitor = policies.monitor("book")
    for sent, done in ((True, False), (False, True), (True, False), (False, False)):
        monitor.step(sent=sent, done=done)
    with pytest.raises(InvariantViolation) as caught:
        monitor.step(sent=False, done=False)
    assert (caught.value.breaches[0].id, caught.value.breaches[0].step) == ("invariants.settles", 5)
    monitor.step(sent=True, done=False)
    outcome = next(each for each in monitor.outcome().outcomes if each.id == "invariants.settles")
    assert (outcome.evaluations, outcome.passed, outcome.failed, outcome.open) == (3, 1, 1, 1)


@pytest.mark.parametrize(
    ("when", "seen"),
    [("every_step", 6), ("on_change", 3), ("{every: 2}", 3), ("{sample: 0.5, seed: 7}", None), ("{sample: 1.0}", 6)],
)
def test_steps_are_chosen_alike_as_they_come_and_afterwards(when: str, seen: int | None, project: Project) -> None:
    text = HEAD + f"state: {{n: int64}}\nwhen: {when}\ninvariants:\n  positive: {{expr: n >= 0}}\n"
    policies = loaded(project, text)
    monitor = policies.monitor("book")
    values = [1, 1, 2, 2, 2, 3]
    for n in values:
        monitor.step(n=n)
    verified = policies.invariants("book").verify(pd.DataFrame({"n": values}))
    assert monitor.outcome().steps == verified.steps
    assert seen is None or verified.steps == seen


def test_what_was_never_exercised_is_named(project: Project) -> None:
    text = (
        HEAD
        + "state: {n: int64}\ninvariants:\n  rare: {expr: n > 0, when: n == 7}\n  off: {expr: n > 9, mode: 'off'}\n"
    )
    monitor = loaded(project, text).monitor("book")
    monitor.step(n=1)
    assert monitor.outcome().idle == ("invariants.rare",)
    skipped = next(each for each in monitor.outcome().outcomes if each.state == "skipped")
    assert (skipped.id, skipped.reason) == ("invariants.off", "its mode is off")


def test_the_error_is_that_of_the_catalog_and_crosses_processes(project: Project) -> None:
    catalog = """\
peakguard: 1
kind: errors
name: shop
version: 1.0.0
domain: shop
categories: {books: {codes: 1-9}}
errors:
  SH-0001: {slug: overdrawn, title: Overdrawn, category: books, severity: error, message: 'cash is {cash}',
         context: {cash: float64}, cause: Too much was bought., hints: [Sell], also: [ArithmeticError], since: 1.0.0,
         examples: [{context: {cash: -1.0}}]}
"""
    project({"policies/shop.yaml": catalog})
    policies = loaded(project, BOOK.replace("severity: halt", "severity: halt, error: SH-0001"))
    with pytest.raises(ArithmeticError) as caught:
        policies.monitor("book").step(cash=-1.0, fees=1.0)
    error = caught.value
    assert isinstance(error, InvariantViolation)
    assert isinstance(error, policies.errors.Overdrawn)
    back = pickle.loads(pickle.dumps(error))
    assert (back.code, back.breaches, str(back)) == ("SH-0001", error.breaches, str(error))


def test_ten_million_fills_in_cents_raise_no_alarm_and_a_missing_cent_is_found(project: Project) -> None:
    text = (
        HEAD
        + """\
state: {cash: float64, cents: int64}
invariants:
  to_the_cent: {expr: 'close(cash, cents / 100, abs=0.005)'}
"""
    )
    monitor = loaded(project, text).monitor("book", mode="observe")
    draw = np.random.default_rng(7)
    flows = draw.integers(-100_000, 100_000, 10_000_000)
    cents = np.cumsum(flows)
    cash = np.cumsum(flows / 100.0)
    verified = loaded(project, text).invariants("book").verify(pd.DataFrame({"cash": cash, "cents": cents}))
    assert not verified.breaches
    assert verified.outcomes[1].evaluations == 10_000_000
    for place in range(0, 10_000_000, 1000):
        monitor.step(cash=float(cash[place]), cents=int(cents[place]))
    assert not any(each.broken for each in monitor.outcome().outcomes)
    monitor.step(cash=float(cash[-1]) - 0.01, cents=int(cents[-1]))
    assert next(each for each in monitor.outcome().outcomes if each.broken).id == "invariants.to_the_cent"


def test_a_test_has_a_monitor_of_its_own(project: Project) -> None:
    text = """\
def test_sound(peakguard_monitor):
    peakguard_monitor("book").step(cash=100.0, fees=1.0)
def test_broken_at_the_end(peakguard_monitor):
    peakguard_monitor("book").step(cash=100.0, fees=0.0)
"""
    root = project({"policies/book.yaml": BOOK, "test_desk.py": text, "pyproject.toml": ""})
    words = [sys.executable, "-m", "pytest", "-q", "-p", "peakguard", "-p", "no:cacheprovider", "test_desk.py"]
    result = subprocess.run(words, cwd=root, capture_output=True, text=True, check=False)
    assert "2 passed, 1 error" in result.stdout
    assert "at_end.paid" in result.stdout


def test_a_list_may_be_anything_that_is_gone_through_and_evidence_does_not_change(project: Project) -> None:
    text = (
        HEAD
        + """\
state: {total: float64, legs: {list: {amount: float64}}}
invariants:
  adds_up: {expr: 'close(total, sum(leg.amount for leg in legs), abs=0.01)'}
  some: {expr: count(leg.amount > 0 for leg in legs) > 0}
"""
    )
    policies = loaded(project, text)
    monitor = policies.monitor("book")
    legs = [{"amount": 1.0}, {"amount": 2.0}]
    monitor.step(total=3.0, legs=legs)
    monitor.step(total=3.0, legs=tuple(legs))
    monitor.step(total=3.0, legs=(each for each in legs))
    with pytest.raises(InvariantViolation) as caught:
        monitor.step(total=4.0, legs=legs)
    legs[0]["amount"] = 2.0
    assert caught.value.breaches[0]._asdict()["values"]["legs"] == [{"amount": 1.0}, {"amount": 2.0}]
    empty = pl.DataFrame(schema={"total": pl.Float64, "legs": pl.List(pl.Struct({"amount": pl.Float64}))})
    assert {each.evaluations for each in policies.invariants("book").verify(empty).outcomes} == {0}


def test_the_environment_makes_monitors_weaker(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    policies = loaded(project, BOOK)
    monkeypatch.setenv("PEAKGUARD_MODE", "observe")
    policies.monitor("book").step(cash=-1.0, fees=0.0)
    monkeypatch.setenv("PEAKGUARD_MODE", "loose")
    with pytest.raises(PeakguardError) as caught:
        policies.monitor("book")
    assert caught.value.code == "PG2087"


WAITS = """\
peakguard: 1
kind: invariants
name: orders
version: 1.0.0
state: {at: 'datetime[us, UTC]', order: string, event: string}
invariants:
  answered: {after: "event == 'new'", duration: 5m, within: [order], expect: "event != 'new'"}
"""
START = datetime(2026, 1, 2, tzinfo=UTC)


def _orders(*events: tuple[float, str, str]) -> list[dict[str, Any]]:
    """Steps of seconds after the start, orders and events."""
    return [{"at": START + timedelta(seconds=at), "order": order, "event": event} for at, order, event in events]


@pytest.mark.parametrize(
    ("events", "broken", "waiting"),
    [
        ([(0, "a", "new"), (300, "a", "sent")], None, 0),  # at the last moment
        ([(0, "a", "new"), (300.000001, "a", "sent")], 2, 0),
        ([(0, "a", "new"), (299, "b", "sent"), (301, "b", "sent")], 3, 0),  # seen by the time of another order
        ([(0, "a", "new"), (200, "a", "sent"), (999, "b", "sent")], None, 0),
        ([(0, "a", "new"), (600, "b", "sent"), (10, "a", "sent")], 2, 0),  # what comes later is too late
        ([(100, "b", "sent"), (0, "a", "new"), (350, "a", "sent")], None, 0),  # time that goes back stands still
        ([(0, "a", "new"), (1, "a", "new"), (2, "b", "new"), (302, "a", "sent")], 4, 1),
        ([(0, "a", "new"), (250, "b", "sent")], None, 1),  # open at the end
    ],
)
def test_a_wait_by_time_is_over_when_the_stream_has_moved_on(
    project: Project, events: list[tuple[float, str, str]], broken: int | None, waiting: int
) -> None:
    policies = loaded(project, WAITS)
    monitor, steps, first = policies.monitor("orders"), _orders(*events), None
    for step in steps:
        try:
            monitor.step(**step)
        except InvariantViolation as violation:
            breach = violation.breaches[0]
            first = first or breach._replace(before=())
    assert (first.step if first else None) == broken
    outcome = policies.invariants("orders").verify(pl.DataFrame(steps)).outcomes[1]
    assert (outcome.first.step if outcome.first else None) == broken
    if first is not None and outcome.first is not None:
        assert first == outcome.first._replace(before=())
        assert (first.group, dict(first.values)["event"]) == (("a",), "new")  # as it began
    begun = sum(event == "new" for _, _, event in events)
    assert outcome.open == monitor.outcome().outcomes[1].open == waiting
    assert outcome.evaluations == begun


def test_what_waits_is_forgotten_when_its_time_is_over(project: Project) -> None:
    """A stream of any length keeps no more than the waits of five minutes."""
    monitor = loaded(project, WAITS).monitor("orders")
    for second in range(5_000):
        at = START + timedelta(seconds=second)
        monitor.step(at=at, order=str(second % 7), event=("new", "sent")[second // 7 % 2])
    cells = dict(zip(monitor.step.__code__.co_freevars, monitor.step.__closure__ or (), strict=True))
    assert 0 < len(cells["WAITS_0"].cell_contents) <= 301
    assert monitor.outcome().outcomes[1].open <= 7


def test_a_stream_in_other_units_and_zones_means_the_same(project: Project) -> None:
    for unit, zone in (("ms", ", UTC"), ("ns", ", Europe/Berlin"), ("us", "")):
        policies = loaded(project, WAITS.replace("[us, UTC]", f"[{unit}{zone}]"))
        steps = _orders((0, "a", "new"), (300, "b", "x"), (300.001, "b", "x"))
        if not zone:
            steps = [{**step, "at": step["at"].replace(tzinfo=None)} for step in steps]
        monitor = policies.monitor("orders", mode="observe")
        for step in steps:
            monitor.step(**step)
        first = monitor.outcome().outcomes[1].first
        type = pl.Datetime(unit, zone[2:] or None)  # type: ignore[arg-type] # one of the three
        frame = pl.DataFrame(steps).with_columns(pl.col("at").cast(type))
        again = policies.invariants("orders").verify(frame).outcomes[1].first
        assert first is not None
        assert again is not None
        assert (first.step, again.step) == (3, 3)


def test_a_second_caller_inside_a_step_is_refused(project: Project) -> None:
    monitor = loaded(project, BOOK.replace("severity: halt", "severity: warning")).monitor("book")
    caught: list[PeakguardError] = []

    def again(_: Event) -> None:
        try:
            monitor.step(cash=1.0, fees=1.0)
        except PeakguardError as error:
            caught.append(error)

    stop = subscribe(again)
    monitor.step(cash=-1.0, fees=1.0)
    stop()
    assert [error.code for error in caught] == ["PG746"]
    monitor.step(cash=100.0, fees=1.0)  # the first caller is out
    assert monitor.outcome().steps == 2


def test_threads_that_share_an_object_under_a_binding_take_turns(project: Project) -> None:
    files = {
        "policies/book.yaml": HEAD + "state: {n: int64}\ninvariants: {rises: {expr: n >= 0}}\n",
        "policies/program.yaml": (
            "peakguard: 1\nkind: bindings\nname: program\nversion: 1.0.0\nbindings:\n"
            "  - target: shared_desk:Desk.step\n    invariants: {policy: book, state: {n: args.n}}\n"
        ),
        "shared_desk.py": "class Desk:\n    def step(self, n):\n        return n\n",
    }
    root = project(dict(files))
    policies = package.load(root)
    sys.path.insert(0, str(root))
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with policies.attached():
            desk = importlib.import_module("shared_desk").Desk()
            with ThreadPoolExecutor(4) as pool:
                list(pool.map(lambda _: [desk.step(n) for n in range(200)], range(4)))
    finally:
        sys.setswitchinterval(interval)
        sys.path.remove(str(root))
        sys.modules.pop("shared_desk", None)
    assert [each.steps for each in watching(policies).ended] == [800]
