"""A resilience policy in a binding, beside the other layers: what is retried, what is validated, what counts."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pandas as pd
import pytest

import peakguard as package
from peakguard.runtime.errors import ContractViolation, PeakguardError
from peakguard.runtime.policy_set import PolicySet
from tests.functional.conftest import Project

ERRORS = """\
peakguard: 1
kind: errors
name: catalog
version: 1.0.0
domain: test
categories: {data: {codes: 1000-1999}, provider: {codes: 3000-3999, retryable: true}}
errors:
  PT-1001: {slug: too_small, title: Small, category: data, severity: error, message: too small}
  PT-1002: {slug: bars_broken, title: Broken, category: data, severity: error, message: broken}
  PT-3001: {slug: down, title: Down, category: provider, severity: error, message: down, matches: [OSError]}
"""
CONTRACT = """\
peakguard: 1
kind: contract
name: bars
version: 1.0.0
error: PT-1002
columns: {close: {type: float64, gt: 0}}
"""
RESILIENCE = """\
peakguard: 1
kind: resilience
name: providers
version: 1.0.0
policies:
  page:
    idempotent: true
    timeout: {total: 9s}
    retry: {max_attempts: 3, on: [PT-1001, PT-3001], backoff: {initial: 1ms}}
    breaker: {minimum_calls: 50}
  bars:
    idempotent: true
    timeout: {total: 9s}
    retry: {max_attempts: 3, backoff: {initial: 1ms}}
    breaker: {minimum_calls: 50}
    fallback: {call: 'bound_feed:last_good', on: [PT-3001]}
"""
BINDINGS = """\
peakguard: 1
kind: bindings
name: program
version: 1.0.0
bindings:
  - target: 'bound_feed:count'
    arguments: {symbol: string}
    returns: {type: int64, ge: 1, error: PT-1001}
    classify: true
    resilience: page
    trace: true
  - {target: 'bound_feed:count_async', returns: {type: int64, ge: 1, error: PT-1001}, classify: true, resilience: page}
  - {target: 'bound_feed:bars', returns: {contract: bars}, classify: true, resilience: bars}
"""
FEED = """\
import pandas as pd

script = []
calls = 0
stored = pd.DataFrame({"close": [1.0]})


def step():
    global calls
    calls += 1
    outcome = script.pop(0)
    if isinstance(outcome, BaseException):
        raise outcome
    return outcome


def count(symbol):
    return step()


async def count_async(symbol):
    return step()


def bars(symbol):
    return step()


def last_good(symbol):
    return stored
"""
FILES = {
    "policies/errors.yaml": ERRORS,
    "contracts/bars.yaml": CONTRACT,
    "policies/resilience.yaml": RESILIENCE,
    "policies/program.yaml": BINDINGS,
    "bound_feed.py": FEED,
}


@pytest.fixture
def policies(project: Project, monkeypatch: pytest.MonkeyPatch) -> Iterator[PolicySet]:
    root = Path(project(FILES))
    monkeypatch.syspath_prepend(str(root))
    made = package.load(root)
    with made.attached():
        yield made


@pytest.fixture
def feed(policies: PolicySet, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    import importlib
    import sys

    monkeypatch.delitem(sys.modules, "bound_feed", raising=False)
    assert policies.names("bindings")
    return importlib.import_module("bound_feed")


@pytest.fixture(params=["count", "count_async"])
def call(request: pytest.FixtureRequest, feed: Any) -> Any:
    function = getattr(feed, request.param)
    return function if request.param == "count" else lambda symbol: asyncio.run(function(symbol))


def test_a_result_whose_code_is_named_is_tried_again_and_is_no_failure_of_the_dependency(
    feed: Any, call: Any, policies: PolicySet
) -> None:
    feed.script[:] = [0, OSError("down"), 7]
    assert call("A") == 7
    assert feed.calls == 3
    assert policies.breaker("page").counts() == (3, 1, 0)


def test_foreign_exceptions_are_classified_inside_and_named_outside(feed: Any, call: Any) -> None:
    feed.script[:] = [OSError("down")] * 3
    with pytest.raises(OSError, match="down") as caught:
        call("A")
    assert caught.value.peakguard.code == "PT-3001"  # type: ignore[attr-defined] # what classification adds
    assert any("3 attempts" in note for note in caught.value.__notes__)


def test_arguments_are_refused_once_ahead_of_everything(feed: Any) -> None:
    with pytest.raises(PeakguardError) as caught:
        feed.count(5)
    assert (caught.value.code, feed.calls) == ("PG2085", 0)


def test_a_broken_contract_is_not_tried_again_unless_it_is_named(feed: Any) -> None:
    feed.script[:] = [pd.DataFrame({"close": [-1.0]})]
    with pytest.raises(ContractViolation) as caught:
        feed.bars("A")
    assert (caught.value.code, feed.calls) == ("PT-1002", 1)


def test_what_stands_in_is_held_to_the_contract_too(feed: Any) -> None:
    feed.script[:] = [OSError("down")] * 6
    assert feed.bars("A")["close"].tolist() == [1.0]
    feed.stored = pd.DataFrame({"close": [-1.0]})
    with pytest.raises(ContractViolation):
        feed.bars("A")


def test_taken_off_nothing_is_tried_again(feed: Any, policies: PolicySet) -> None:
    policies.detach()
    feed.script[:] = [OSError("down")]
    with pytest.raises(OSError, match="down"):
        feed.count("A")
    assert feed.calls == 1
