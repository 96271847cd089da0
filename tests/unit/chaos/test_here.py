"""Planted faults in the tests of a program: under all guards, in test profiles only, and gone afterwards."""

from __future__ import annotations

import asyncio
import sys
import time
from pathlib import Path
from types import ModuleType
from typing import Any

import polars as pl
import pytest

import peakguard
from peakguard.runtime.errors import ContractViolation, PeakguardError
from peakguard.runtime.policy_set import PolicySet

PROGRAM = """
import asyncio, polars as pl, time
def fetch(n): return n * 2
async def ask(n): return n * 2
def pages():
    yield 1
    yield 2
def bars(): return pl.DataFrame({"day": [1, 2, 3], "low": [1.0, 2.0, 3.0], "high": [2.0, 3.0, 4.0]})
class Book:
    def step(self, bar): return bar
"""
POLICIES = {
    "errors": """
peakguard: 1
kind: errors
name: desk
version: 1.0.0
domain: desk
categories: {provider: {codes: 3000-3999, retryable: true}}
errors:
  DK-3001:
    slug: provider_down
    title: The provider does not answer
    category: provider
    severity: error
    message: no answer from {provider}
    context: {provider: string}
    hints: [Wait]
    matches: [ConnectionError, 'http:503']
    since: 1.0.0
  DK-3002:
    slug: odd_answer
    title: The provider says something else
    category: provider
    severity: error
    message: '{provider} sent {count} bytes'
    context: {provider: string, count: int64}
    hints: [Wait]
    since: 1.0.0
""",
    "bars": """
peakguard: 1
kind: contract
name: bars
version: 1.0.0
columns: {day: int64, low: {type: float64, gt: 0}, high: {type: float64, gt: 0}}
key: [day]
rules: {high_is_highest: {expr: high >= low}}
""",
    "guards": """
peakguard: 1
kind: resilience
name: providers
version: 1.0.0
policies:
  patient: {idempotent: true, timeout: {total: 5s}, retry: {max_attempts: 3, on: [DK-3001], backoff: {initial: 1ms}}}
""",
    "program": """
peakguard: 1
kind: bindings
name: program
version: 1.0.0
bindings:
  - {target: 'chaotic:fetch', classify: true, resilience: patient}
  - {target: 'chaotic:ask', classify: true, resilience: patient}
  - {target: 'chaotic:bars', returns: {contract: bars}}
""",
    "chaos": """
peakguard: 1
kind: chaos
name: faults
version: 1.0.0
scenarios:
  all_forms:
    seed: 3
    expect: absorbed
    faults:
      reset: {target: 'chaotic:fetch', error: DK-3001, at: 2, times: 2}
      busy: {target: 'chaotic:ask', raises: ConnectionError}
      odd: {target: 'chaotic:fetch', error: DK-3002, context: {count: 7}}
      named: {target: 'chaotic:fetch', raises: {type: 'http.client:IncompleteRead', args: ['abc']}}
      late: {target: 'chaotic:fetch', latency: 50ms, at: {every: 2}, times: 1}
      late_async: {target: 'chaotic:ask', latency: 50ms}
      silent: {target: 'chaotic:fetch', hang: 70s, at: 1000}
      wrong: {target: 'chaotic:bars', breaks: rules.high_is_highest, at: 2}
      method: {target: 'chaotic:Book.step', raises: KeyError}
      generator: {target: 'chaotic:pages', raises: KeyError}
      gone: {target: 'chaotic:nothing', latency: 1ms}
      set_back: {clock: -2h, target: 'chaotic:fetch'}
      chance: {target: 'chaotic:fetch', latency: 1us, at: {probability: 0.3}, times: 5}
""",
}


@pytest.fixture
def policies(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> PolicySet:
    for name, text in POLICIES.items():
        path = tmp_path / "policies" / f"{name}.yaml"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text.lstrip())
    monkeypatch.setenv("PEAKGUARD_PROFILE", "test")
    return peakguard.load(tmp_path)


@pytest.fixture
def program(monkeypatch: pytest.MonkeyPatch) -> Any:
    module = ModuleType("chaotic")
    exec(PROGRAM, module.__dict__)
    monkeypatch.setitem(sys.modules, "chaotic", module)
    return module


def test_guards_stand_around_the_faults(policies: PolicySet, program: Any) -> None:
    with policies.attached(), policies.chaos("all_forms", fault="reset") as chaos:
        assert [program.fetch(1), program.fetch(2)] == [2, 4]
        assert [(note["fault"], note["call"]) for note in chaos.injected] == [("reset", 2), ("reset", 3)]
        assert "ConnectionError" in chaos.injected[0]["says"]
    assert len(chaos.injected) == 2
    assert program.fetch(3) == 6


def test_without_guards_the_program_feels_them(policies: PolicySet, program: Any) -> None:
    with policies.chaos("all_forms", fault="reset"):
        assert program.fetch(1) == 2
        with pytest.raises(ConnectionError):
            program.fetch(2)
        with pytest.raises(ConnectionError):
            program.fetch(2)
        assert program.fetch(2) == 4


def test_everything_is_as_before_afterwards(policies: PolicySet, program: Any) -> None:
    before = dict(vars(program))
    with policies.chaos("all_forms") as chaos:
        assert program.fetch is not before["fetch"]
    assert dict(vars(program)) == before
    assert chaos.injected == []
    with policies.attached():
        guarded = program.fetch
        with policies.chaos("all_forms"):
            pass
        assert program.fetch.__wrapped__ is guarded.__wrapped__ is before["fetch"]


def test_without_chaos_nothing_stands_beside_the_guards(policies: PolicySet, program: Any) -> None:
    """What guards cost while no fault is planted is what they cost without this kind."""
    with policies.attached():
        assert program.fetch.__wrapped__ is not None
        assert "chaos" not in program.fetch.__code__.co_filename
        assert not hasattr(program.fetch.__wrapped__, "__wrapped__")


@pytest.mark.parametrize("profile", ["live", "", "prod"])
def test_other_profiles_are_refused(
    profile: str, policies: PolicySet, program: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PEAKGUARD_PROFILE", profile)
    before = dict(vars(program))
    with pytest.raises(PeakguardError) as raised, policies.chaos("all_forms"):
        pass
    assert raised.value.code == "PG2130"
    assert dict(vars(program)) == before


def test_unknown_names_are_refused(policies: PolicySet) -> None:
    for scenario, fault in (("all_form", None), ("all_forms", "rest")):
        with pytest.raises(PeakguardError) as raised:
            policies.chaos(scenario, fault=fault)
        assert raised.value.code == "PG2133"
        assert "Did you mean" in str(raised.value)


def test_catalogued_errors_have_their_context(policies: PolicySet, program: Any) -> None:
    with policies.chaos("all_forms", fault="odd"), pytest.raises(PeakguardError) as raised:
        program.fetch(1)
    assert (raised.value.code, raised.value.context["count"]) == ("DK-3002", 7)
    assert isinstance(raised.value.context["provider"], str)


def test_exceptions_of_libraries_are_made_with_what_is_given(policies: PolicySet, program: Any) -> None:
    import http.client

    with policies.chaos("all_forms", fault="named"), pytest.raises(http.client.IncompleteRead, match="3 bytes"):
        program.fetch(1)


def test_of_two_faults_at_one_call_only_what_happens_is_told(policies: PolicySet, program: Any) -> None:
    with policies.chaos("all_forms") as chaos:
        with pytest.raises(PeakguardError):
            program.fetch(1)
        assert [note["fault"] for note in chaos.injected] == ["odd"]


def test_coroutines_generators_and_methods_are_met(policies: PolicySet, program: Any) -> None:
    with policies.chaos("all_forms", fault="busy"):
        with pytest.raises(ConnectionError):
            asyncio.run(program.ask(1))
        assert asyncio.run(program.ask(1)) == 2
    with policies.attached(), policies.chaos("all_forms", fault="busy") as chaos:
        assert asyncio.run(program.ask(1)) == 2
        assert len(chaos.injected) == 1
    with policies.chaos("all_forms", fault="generator"), pytest.raises(KeyError):
        list(program.pages())
    with policies.chaos("all_forms", fault="method"), pytest.raises(KeyError):
        program.Book().step(1)
    assert list(program.pages()) == [1, 2]


@pytest.mark.parametrize("fault", ["late", "late_async"])
def test_calls_are_late(fault: str, policies: PolicySet, program: Any) -> None:
    with policies.chaos("all_forms", fault=fault) as chaos:
        start = time.monotonic()
        for number in (1, 2, 3):
            if fault == "late":
                program.fetch(number)
            else:
                asyncio.run(program.ask(number))
        assert time.monotonic() - start >= 0.05
        assert [note["call"] for note in chaos.injected] == [2 if fault == "late" else 1]


def test_frames_break_one_rule_and_the_contract_finds_it(policies: PolicySet, program: Any) -> None:
    right = program.bars()
    with policies.chaos("all_forms", fault="wrong") as chaos:
        assert program.bars().equals(right)
        wrong = program.bars()
        assert wrong.schema == right.schema
        assert [each.rule for each in policies.contract("bars").collect_violations(wrong)] == ["rules.high_is_highest"]
        assert program.bars().equals(right)
        assert len(chaos.injected) == 1
    with policies.attached(), policies.chaos("all_forms", fault="wrong"):
        program.bars()
        with pytest.raises(ContractViolation):
            program.bars()


def test_what_cannot_be_planted_breaks_nothing(policies: PolicySet, program: Any) -> None:
    with policies.chaos("all_forms", fault="gone") as chaos:
        assert program.fetch(1) == 2
    program.bars = lambda: pl.DataFrame({"day": [1, 1], "low": [1.0, 1.0], "high": [2.0, 2.0]})
    with policies.chaos("all_forms", fault="wrong") as chaos:
        program.bars()
        assert program.bars()["day"].to_list() == [1, 1]
    assert chaos.injected == []


def test_the_clock_comes_back(policies: PolicySet, program: Any) -> None:
    before = time.time()
    with policies.chaos("all_forms", fault="set_back"):
        program.fetch(1)
        assert -7300 < time.time() - before < -7000
    assert abs(time.time() - before) < 60


def test_the_same_seed_meets_the_same_calls(policies: PolicySet, program: Any) -> None:
    met = []
    for seed in (None, 3, 4, 5):
        with policies.chaos("all_forms", fault="chance", seed=seed) as chaos:
            for number in range(40):
                program.fetch(number)
        met.append([note["call"] for note in chaos.injected])
        assert len(met[-1]) == 5
    assert met[0] == met[1]  # the policy says 3
    assert len({tuple(each) for each in met}) == 3


def test_modules_that_are_imported_later_are_met(
    policies: PolicySet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "chaotic.py").write_text(PROGRAM)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "chaotic", raising=False)
    with policies.attached(), policies.chaos("all_forms", fault="reset") as chaos:
        import chaotic  # type: ignore[import-not-found]

        assert [chaotic.fetch(1), chaotic.fetch(2)] == [2, 4]
    assert len(chaos.injected) == 2
    monkeypatch.delitem(sys.modules, "chaotic", raising=False)
