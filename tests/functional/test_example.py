"""The worked example: no fault changes nothing; every fault does harm bare, and guarded ends in the error it should."""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

EXAMPLE = Path(__file__).resolve().parents[2] / "docs" / "example"
sys.path.insert(0, str(EXAMPLE))
try:
    import outcomes
    from scenarios import SCENARIOS, Scenario
finally:
    sys.path.remove(str(EXAMPLE))


WAITING = ("silent", "stalling")
"""Faults under which the programs wait for seconds."""


def marked(scenario: Scenario) -> Any:
    """A scenario, in the slow tier where it waits, and four of five others: `make demo` shows all of them."""
    is_quick = scenario.exchange not in WAITING and SCENARIOS.index(scenario) % 5 == 0
    return pytest.param(scenario, marks=[] if is_quick else [pytest.mark.slow], id=scenario.title)


LASTING = [marked(scenario) for scenario in SCENARIOS if scenario.code]
PASSING = [marked(scenario) for scenario in SCENARIOS if not scenario.code]


@pytest.fixture(scope="module")
def right() -> outcomes.Outcome:
    return outcomes.run(None, guarded=False)


def test_without_a_fault_the_guarded_program_does_the_same(right: outcomes.Outcome) -> None:
    assert right.exit_code == 0
    assert right.numbers is not None
    assert right.numbers["bars"] == 5031
    assert outcomes.run(None, guarded=True) == right


def both(scenario: Scenario) -> list[outcomes.Outcome]:
    """Bare and guarded, side by side: what hangs only waits."""
    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(lambda guarded: outcomes.run(scenario, guarded=guarded), (False, True)))


@pytest.mark.parametrize("scenario", LASTING)
def test_a_fault_does_harm_bare_and_is_one_error_guarded(scenario: Scenario, right: outcomes.Outcome) -> None:
    bare, guarded = both(scenario)
    assert bare.report != right.report
    assert bare.exit_code == 0 or "Traceback" in bare.errors or bare.errors == outcomes.HANGS
    assert guarded.error.startswith(scenario.code + " ")
    assert guarded.exit_code != 0
    assert guarded.report == outcomes.YESTERDAY


@pytest.mark.parametrize("scenario", PASSING)
def test_a_fault_that_passes_ends_the_bare_program_and_not_the_guarded_one(
    scenario: Scenario, right: outcomes.Outcome
) -> None:
    bare, guarded = both(scenario)
    assert bare.report == outcomes.YESTERDAY
    assert (guarded.exit_code, guarded.report) == (0, right.report)
