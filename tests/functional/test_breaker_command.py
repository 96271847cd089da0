"""`peakguard breaker`: an operator looks at the breakers of a host, and moves them under running programs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import peakguard as package
from peakguard.runtime.rejections import BreakerOpen
from tests.functional.conftest import Project, Run

POLICY = """\
peakguard: 1
kind: resilience
name: providers
version: 1.0.0
policies:
  shared: {breaker: {minimum_calls: 3, scope: host, wait_duration_in_open: 1h}}
  own: {breaker: {}}
  none: {timeout: {total: 5s}}
"""


@pytest.fixture
def root(project: Project) -> Path:
    return project({"policies/resilience.yaml": POLICY})


def listed(peakguard: Run, root: Path) -> dict[str, Any]:
    rows = json.loads(peakguard("breaker", "ls", "--format", "json", cwd=root).stdout)["breakers"]
    return {row["policy"]: row for row in rows}


def down() -> None:
    raise OSError


def test_an_operator_sees_what_a_program_has_learnt(root: Path, peakguard: Run) -> None:
    assert {name: row["state"] for name, row in listed(peakguard, root).items()} == {"own": None, "shared": "closed"}
    call = package.load(root).guard("shared")(down)
    for _ in range(3):
        with pytest.raises(OSError):  # noqa: PT011 # it says nothing
            call()
    row = listed(peakguard, root)["shared"]
    assert row["state"] == "open"
    assert 3500 < row["trial_in_seconds"] <= 3600
    text = peakguard("breaker", "ls", cwd=root).stdout.splitlines()
    assert text[0].startswith("own  of each process")
    assert text[1].startswith("shared  open, next trial in 3")


def test_an_operator_moves_it_under_a_running_program(root: Path, peakguard: Run) -> None:
    call: Any = package.load(root).guard("shared")(lambda: 7)
    assert [call() for _ in range(5)] == [7] * 5
    assert peakguard("breaker", "open", "shared", cwd=root).stdout == "shared  forced_open\n"
    with pytest.raises(BreakerOpen):
        call()
    assert peakguard("breaker", "close", "shared", cwd=root).stdout == "shared  closed\n"
    assert call() == 7
    peakguard("breaker", "open", "shared", cwd=root)
    assert peakguard("breaker", "reset", "shared", cwd=root).returncode == 0
    assert call() == 7


@pytest.mark.parametrize("name", ["own", "none", "sharde", None])
def test_one_that_is_not_shared_is_refused(root: Path, peakguard: Run, name: str | None) -> None:
    done = peakguard("breaker", "open", *([name] if name else []), cwd=root)
    assert done.returncode == 2
    assert "PG2005" in done.stderr
    assert "shared" in done.stderr
