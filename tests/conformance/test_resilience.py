"""What other libraries publish of their behaviour, as data: ours is the same, or `nonconforming.yaml` says why not."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import yaml

from peakguard.kinds.resilience.breaker import Breaker
from peakguard.kinds.resilience.budget import Budget
from peakguard.kinds.resilience.waits import asked_by, schedule
from tests.unit.resilience.virtual import Time, breaker_settings

FOLDER = Path(__file__).parent / "resilience"
MOST_NONCONFORMING = 13
"""This number may only become less."""


def read(name: str) -> Any:
    return yaml.safe_load((FOLDER / f"{name}.yaml").read_text())


KINDS = ("breaker", "waits", "retry_after", "budget")
CASES = {case["id"]: (kind, case) for kind in KINDS for case in read(kind)}
KNOWN = read("nonconforming")


def of_breaker(case: dict[str, Any]) -> bool:
    time = Time()
    breaker = Breaker("p", breaker_settings(**case["settings"]), time.clock)
    last = ""
    for letter in case["script"]:
        if letter == ".":
            time.now += 1
            continue
        epoch, refused = breaker.admit()
        if refused is not None:
            last = "rejected"
            continue
        took = 5.0 if letter in "sf" else 0.01
        if letter in "Ss":
            breaker.succeeded(epoch, took)
        elif letter == "I":
            breaker.ignored(epoch)
        else:
            breaker.failed(epoch, took)
        last = breaker.state
    return last == str(case["state"])


def of_waits(case: dict[str, Any]) -> bool:
    usual = {"type": "exponential", "initial": 1.0, "multiplier": 2.0, "max_delay": None, "jitter": "full"}
    wait = schedule({**usual, **case["settings"]}, lambda: float(case["chance"]))
    found: list[float] = []
    for failed in range(1, len(case["waits"]) + 1):
        found.append(wait(failed, found[-1] if found else 0.0))
    return bool(found == pytest.approx(case["waits"]))


def of_retry_after(case: dict[str, Any]) -> bool:
    error = Exception()
    error.response = SimpleNamespace(headers={"Retry-After": case["header"]})  # type: ignore[attr-defined] # of a client
    return bool(asked_by(error) == case["seconds"])


def of_budget(case: dict[str, Any]) -> bool:
    budget = Budget(case["settings"])
    for letter in case["script"]:
        if letter == "s":
            if budget.is_short:
                budget.refund()
        elif letter != "f":
            paid = budget.pay(timeout=letter in "tT")
            if letter in "RT" and paid is not None:
                budget.refund(paid)
    return bool(budget.tokens == int(case["tokens"]))


JUDGES = {"breaker": of_breaker, "waits": of_waits, "retry_after": of_retry_after, "budget": of_budget}


@pytest.mark.parametrize("id", CASES)
def test_published_behaviour(id: str) -> None:
    kind, case = CASES[id]
    conforms = JUDGES[kind](case)
    assert conforms is not (id in KNOWN), case["source"]


def test_there_are_enough_cases_and_few_differences() -> None:
    assert len(CASES) >= 150
    assert len(KNOWN) <= MOST_NONCONFORMING
    assert KNOWN.keys() <= CASES.keys()
    assert all(len(reason) > 40 for reason in KNOWN.values())
