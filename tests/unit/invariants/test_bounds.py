"""At the bounds themselves: comparisons, tolerances, waits and grace, as they come and afterwards."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import polars as pl
import pytest

from peakguard.kinds.invariants.compile import compile_document
from peakguard.kinds.invariants.intake_values import Reading
from peakguard.kinds.invariants.runtime import Invariants, bind
from peakguard.kinds.invariants.tally import Tally
from tests.property.test_invariants_agreement import document_of, in_pieces

Row = Mapping[str, Any]


def policy(state: Mapping[str, Any], **invariants: Any) -> Invariants:
    head = {"peakguard": 1, "kind": "invariants", "name": "book", "version": "1.0.0", "mode": "observe"}
    return bind(compile_document(document_of({**head, "state": state, "invariants": invariants})))


def broken(found: Invariants, rows: Sequence[Row]) -> int:
    """How often the one invariant is broken by a stream, and by the same rows as a frame."""
    monitor = found.monitor()
    for row in rows:
        monitor.step(**row)
    counts = {monitor.outcome().outcomes[1].broken, found.verify(pl.DataFrame(list(rows))).outcomes[1].broken}
    with in_pieces():
        counts.add(found.verify(pl.DataFrame(list(rows))).outcomes[1].broken)
    assert len(counts) == 1
    return counts.pop()


@pytest.mark.parametrize(
    ("expr", "x", "breaks"),
    [
        ("x > 1", 1.0, 1),
        ("x >= 1", 1.0, 0),
        ("x < 1", 1.0, 1),
        ("x <= 1", 1.0, 0),
        ("0 < x <= 1", 0.0, 1),
        ("close(x, 1.0, abs=0.5)", 1.5, 0),
        ("close(x, 1.0, abs=0.5)", 1.75, 1),
        ("close(x, 1.0, abs=0.5)", 1.5000001, 1),
        ("close(x, 1.0)", 1.0, 0),
    ],
)
def test_a_step_at_its_bound(expr: str, x: float, breaks: int) -> None:
    assert broken(policy({"x": "float64"}, it={"expr": expr}), [{"x": x}]) == breaks


@pytest.mark.parametrize(("steps", "later", "breaks"), [(2, 2, 0), (2, 3, 1), (1, 0, 0), (1, 1, 0), (1, 2, 1)])
def test_a_wait_at_its_end(steps: int, later: int, breaks: int) -> None:
    state = {"begins": "bool", "ends": "bool"}
    found = policy(state, it={"after": "begins", "steps": steps, "expect": "ends"})
    rows = [{"begins": step == 0, "ends": step == later} for step in range(6)]
    assert broken(found, rows) == breaks


@pytest.mark.parametrize(
    ("grace", "values", "breaks"),
    [(2, [1, 0, 1], 0), (2, [1, 1, 0], 1), (3, [1, 1, 1, 1], 2), ({"failures": 2, "of": 3}, [1, 0, 1, 0, 0, 1], 1)],
)
def test_grace_at_its_end(grace: Any, values: Sequence[int], breaks: int) -> None:
    found = policy({"n": "int64"}, it={"expr": "n < 1", "grace": grace})
    assert broken(found, [{"n": n} for n in values]) == breaks


def test_what_is_not_closer_than_before_is_not_looked_into(monkeypatch: pytest.MonkeyPatch) -> None:
    """The monitor's text compares with the closest call so far, and is told when that changes."""
    calls = 0
    passed = Tally.passed

    def counted(*given: Any) -> None:
        nonlocal calls
        calls += 1
        passed(*given)

    monkeypatch.setattr(Tally, "passed", counted)
    found = policy({"x": "float64"}, low={"expr": "x >= 0"}, near={"expr": "close(x, 5.0, abs=10.0)"})
    monitor = found.monitor()
    for x in (5.5, 7.0, 6.0, 3.0, 6.9, 4.0) * 100:
        monitor.step(x=x)
    assert calls == 2 + 2  # 5.5 and 3.0 above 0; 5.5 and 7.0 away from 5


def test_values_that_are_as_declared_are_not_read_one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    def read(*_: Any) -> None:
        raise AssertionError("read")

    monkeypatch.setattr(Reading, "read", read)
    state = {
        "time": "datetime[us, UTC]",
        "name": "string",
        "n": "int64",
        "x": "float64",
        "y": {"type": "float64", "nullable": True},
        "ps": {"list": {"q": "float64", "p": "float64", "name": "string"}},
    }
    found = policy(
        state,
        a={"expr": "close(x, sum(p.q * p.p for p in ps), abs=1.0)"},
        b={"expr": "time > prev(time) or n > 0 or name == 'a' or y > 0", "on_null": "pass"},
    )
    monitor = found.monitor()
    time = datetime(2020, 1, 1, tzinfo=UTC)
    monitor.step(time=time, name="a", n=1, x=2.0, y=None, ps=[{"q": 1.0, "p": 2.0, "name": "b"}])
    with pytest.raises(AssertionError):
        monitor.step(time=time, name="a", n=1, x=2, y=None, ps=({"q": 1.0, "p": 2.0},))


def test_a_share_too_small_for_a_float_is_no_closest_call() -> None:
    """Neither of a stream nor of the same rows afterwards."""
    found = policy({"x": "float64", "y": "float64"}, it={"expr": "close(x, y, abs=1e7)"})
    monitor = found.monitor()
    monitor.step(x=5e-324, y=0.0)
    rows = pl.DataFrame({"x": [5e-324], "y": [0.0]})
    assert (monitor.outcome().outcomes[1].closest, found.verify(rows).outcomes[1].closest) == (None, None)
