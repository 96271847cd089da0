"""The check `overhead`: what it makes of times and counts, and a guard that really costs too much."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from peakguard.api.gate.checks import overhead as checked
from peakguard.api.overhead import counted
from peakguard.api.overhead.arms import command_arms
from peakguard.api.overhead.counted import Counts
from peakguard.api.overhead.measure import concluded
from peakguard.api.overhead.verdict import judge
from peakguard.cli import main
from peakguard.runtime.errors import PeakguardError
from tests.functional.conftest import Project
from tests.unit.overhead.test_verdict import RECORDED

GATE = """\
peakguard: 1
kind: gate
name: ci
version: 1.0.0
profiles: {full: {checks: [overhead], budget: 5m}}
overhead:
  target: work:trade
  max: 0.05
  counted: {target: 'work:trade', max: 0.05}
"""
BINDINGS = """\
peakguard: 1
kind: bindings
name: program
version: 1.0.0
bindings:
  - {target: 'work:order', arguments: {amount: {type: int64, gt: 0}}}
"""
WORK = """\
def order(amount):
    total = 0
    for number in range(SIZE):
        total += number * amount
    return total

def trade():
    for number in range(20):
        order(number + 1)
"""


@pytest.fixture
def desk(project: Project, monkeypatch: pytest.MonkeyPatch) -> Path:
    files: dict[str, str | bytes] = {"policies/gate.yaml": GATE, "policies/program.yaml": BINDINGS}
    root = project({**files, "work.py": WORK.replace("SIZE", "2000")})
    monkeypatch.chdir(root)
    return root


Gate = Callable[[], tuple[int, dict[str, Any]]]


@pytest.fixture
def gate(desk: Path, capsys: pytest.CaptureFixture[str]) -> Gate:
    def run() -> tuple[int, dict[str, Any]]:
        code = main(["gate", "--format", "json", "--quiet", "--root", str(desk)])
        row: dict[str, Any] = json.loads(capsys.readouterr().out)["checks"][0]
        return code, row

    return run


def recorded(name: str, count: int) -> Callable[..., dict[str, Any]]:
    """What was measured when the machine was busy, in place of a measurement."""
    rounds = RECORDED[name][:count]
    return lambda *_: concluded(rounds, judge(rounds, 0.05, 5)).plain()


@pytest.mark.parametrize(
    ("name", "count", "state", "code"),
    [("same", 101, "passed", 0), ("eight", 101, "failed", 1), ("three", 11, "inconclusive", 1)],
)
def test_times_decide(
    name: str, count: int, state: str, code: int, gate: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checked, "_timed", recorded(name, count))
    monkeypatch.setattr(counted, "lacking", lambda: "valgrind is not installed")
    found, row = gate()
    assert (row["state"], found) == (state, code)
    assert len(row["details"]) == 4
    if state != "inconclusive":
        assert row["found"].endswith("; instructions skipped: valgrind is not installed")


@pytest.mark.parametrize(
    ("counts", "state"),
    [
        (Counts(1_000_000, 1_059_000, 1_000_200), "passed"),
        (Counts(1_000_000, 1_061_000, 1_000_200), "failed"),
        (Counts(1_000_000, 1_010_000, 1_020_000), "inconclusive"),
    ],
)
def test_the_second_witness_can_turn_it_red(
    counts: Counts, state: str, gate: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checked, "_timed", recorded("same", 101))
    monkeypatch.setattr(counted, "lacking", lambda: None)
    monkeypatch.setattr(counted, "count", lambda *_: counts)
    assert gate()[1]["state"] == state


@pytest.mark.parametrize(
    ("program", "problem"),
    [
        ("raise KeyError('bars')", "bare: exit code 1: KeyError: 'bars'"),
        ("import sys; sys.exit(3)", "bare: exit code 3"),
    ],
)
def test_a_program_that_does_not_end_well_cannot_be_measured(program: str, problem: str, desk: Path) -> None:
    (desk / "job.py").write_text(program)
    bare, _ = command_arms("python job.py", str(desk), str(desk))
    with pytest.raises(PeakguardError) as raised:
        bare()
    assert raised.value.code == "PG2142"
    assert problem in f"{raised.value.context['what'].partition(', ')[2]}: {raised.value.context['problem']}"


def test_a_program_that_hangs_is_stopped(desk: Path) -> None:
    (desk / "job.py").write_text("import time\ntime.sleep(60)\n")
    bare, _ = command_arms(f"{sys.executable} job.py", str(desk), str(desk), seconds=0.5)
    with pytest.raises(PeakguardError, match="it took more than"):
        bare()


@pytest.mark.parametrize("command", ["python 'job.py", "no-such-program-here"])
def test_a_command_that_is_none_is_told(command: str, desk: Path) -> None:
    with pytest.raises(PeakguardError) as raised:
        command_arms(command, str(desk), str(desk))[0]()
    assert raised.value.code == "PG2142"


def test_a_target_that_is_not_there_is_told(desk: Path, gate: Gate) -> None:
    (desk / "work.py").write_text("def other(): pass\n")
    found, row = gate()
    assert (found, row["state"], row["found"][:6]) == (1, "failed", "PG2142")
    assert "trade" in row["found"]


@pytest.mark.slow
@pytest.mark.parametrize(("size", "state"), [(20_000, "passed"), (2, "failed")])
def test_a_guard_around_little_work_costs_too_much(size: int, state: str, desk: Path, gate: Gate) -> None:
    """By the clock and by counted instructions, on this machine."""
    (desk / "work.py").write_text(WORK.replace("SIZE", str(size)))
    _, row = gate()
    assert row["state"] == state, row
    if counted.lacking() is None:
        assert (row["data"]["instructions"]["added"] <= 0.05) is (state == "passed")


@pytest.mark.slow
def test_a_command_is_measured_bare_and_guarded(desk: Path) -> None:
    (desk / "job.py").write_text("import work\nwork.trade()\n")
    bare, guarded = command_arms("python job.py", str(desk), str(desk), "wall")
    assert bare() > 0
    assert guarded() > 0
