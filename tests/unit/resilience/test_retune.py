"""Other values under running guards: what was known stays, and what cannot change is named."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest

from peakguard.kinds.resilience.runtime import guarded
from peakguard.kinds.resilience.slots import Slots
from peakguard.runtime.policy_set import PolicySet
from peakguard.runtime.rejections import BreakerOpen
from tests.unit.resilience.virtual import HEAD, Time, on, policies_of

BREAKER = "breaker: {sliding_window: {size: %s}, minimum_calls: %s, wait_duration_in_open: 10s}"


class Desk:
    """A guarded function, and the set of policies that guards it."""

    def __init__(self, root: Path, policy: str) -> None:
        self.root = root
        self.time = Time()
        self.policies = policies_of(root, policy)
        self.guarded = on(self.time, self.policies)
        self.fails = False
        self.calls = 0
        self.call: Any = self.policies.guard("p")(self._work)

    def _work(self) -> int:
        self.calls += 1
        if self.fails:
            raise OSError
        return 7

    def becomes(self, policy: str) -> tuple[str, ...]:
        return self.policies.retune(self._newer(policy))

    def _newer(self, policy: str) -> PolicySet:
        return policies_of(self.root, policy)

    def fail(self, times: int) -> None:
        self.fails = True
        for _ in range(times):
            with pytest.raises(OSError):  # noqa: PT011 # it says nothing
                self.call()
        self.fails = False


def test_a_threshold_changes_and_the_window_stays(tmp_path: Path) -> None:
    desk = Desk(tmp_path, f"{{{BREAKER % (20, 10)}}}")
    for _ in range(6):
        desk.call()
    desk.fail(3)
    assert desk.becomes(f"{{{(BREAKER % (20, 10))[:-1]}, failure_rate_threshold: 0.4}}}}") == ()
    assert desk.policies.breaker("p").counts() == (9, 3, 0)
    desk.fail(1)
    assert desk.policies.breaker("p").state == "open"


def test_a_smaller_window_keeps_the_newest(tmp_path: Path) -> None:
    desk = Desk(tmp_path, f"{{{BREAKER % (20, 10)}}}")
    desk.fail(4)
    for _ in range(5):
        desk.call()
    desk.becomes(f"{{{BREAKER % (6, 6)}}}")
    assert desk.policies.breaker("p").counts() == (6, 1, 0)
    desk.becomes(f"{{{BREAKER % (50, 50)}}}")
    assert desk.policies.breaker("p").counts() == (6, 1, 0)


def test_a_window_of_another_type_begins_empty_and_the_state_stays(tmp_path: Path) -> None:
    desk = Desk(tmp_path, f"{{{BREAKER % (20, 10)}}}")
    for _ in range(5):
        desk.call()
    desk.becomes("{breaker: {sliding_window: {type: time, duration: 1m}, minimum_calls: 3}}")
    assert desk.policies.breaker("p").counts() == (0, 0, 0)
    desk.fail(3)
    assert desk.policies.breaker("p").state == "open"
    desk.becomes(f"{{{BREAKER % (20, 10)}}}")
    with pytest.raises(BreakerOpen):
        desk.call()


def test_retries_change_with_the_next_failure(tmp_path: Path) -> None:
    backoff = "{max_attempts: %s, on: [OSError], backoff: {initial: %s, jitter: none}}"
    retry = f"{{idempotent: true, timeout: {{total: 99s}}, retry: {backoff}}}"
    desk = Desk(tmp_path, retry % (2, "1s"))
    desk.fail(1)
    assert (desk.calls, desk.time.slept) == (2, [1])
    assert desk.becomes(retry % (4, "2s")) == ()
    desk.fail(1)
    assert (desk.calls, desk.time.slept) == (6, [1, 2, 4, 8])


def test_times_change_with_the_next_call(tmp_path: Path) -> None:
    desk = Desk(tmp_path, "{timeout: {total: 30s, attempt: 5s}}")
    assert desk.becomes("{timeout: {total: 40s, attempt: 6s}}") == ()
    assert desk.guarded.total is not None
    assert desk.guarded.attempt is not None
    assert (desk.guarded.total.seconds, desk.guarded.attempt.seconds) == (40, 6)


def test_a_budget_keeps_its_tokens(tmp_path: Path) -> None:
    text = HEAD + (
        "  p: {idempotent: true, timeout: {total: 99s}, retry: {max_attempts: 3, on: [OSError], budget: egress}}\n"
        "budgets: {egress: {capacity: %s, retry_cost: 5}}\n"
    )
    desk = Desk(tmp_path, text % 100)
    desk.fail(1)
    assert desk.guarded.budget is not None
    assert desk.guarded.budget.tokens == 90
    desk.becomes(text % 50)
    assert desk.guarded.budget.tokens == 50
    desk.becomes(text % 80)
    assert desk.guarded.budget.tokens == 80


def test_a_rate_changes_with_the_next_call(tmp_path: Path) -> None:
    desk = Desk(tmp_path, "{rate_limit: {limit: 1, per: 1s, max_wait: 60s}}")
    desk.call()
    desk.call()
    desk.becomes("{rate_limit: {limit: 1, per: 10s, max_wait: 60s}}")
    desk.call()
    assert desk.time.slept == [1, 10]


def test_what_is_more_than_a_value_is_named_and_stays(tmp_path: Path) -> None:
    desk = Desk(tmp_path, "{timeout: {total: 30s}}")
    for policy in (
        "{timeout: {attempt: 30s}}",
        "{timeout: {total: 9s, mode: signal}}",
        "{timeout: {total: 9s}, breaker: {}}",
    ):
        assert desk.becomes(policy) == ("p",)
    assert desk.becomes("{mode: observe, timeout: {total: 9s}}") == ("p",)
    assert desk.guarded.total is not None
    assert desk.guarded.total.seconds == 30
    assert desk.becomes("{timeout: {total: 9s}}") == ()
    assert desk.guarded.total.seconds == 9


def test_slots_grow_at_once_and_shrink_as_calls_end() -> None:
    slots = Slots(3)
    assert [slots.take(0) for _ in range(3)] == [True] * 3
    slots.resize(1)
    slots.give_back()
    slots.give_back()
    assert not slots.take(0)
    slots.give_back()
    assert slots.take(0)
    slots.resize(2)
    assert slots.take(0)
    assert not slots.take(0)


def test_slots_that_change_under_load_are_exact_in_the_end() -> None:
    slots = Slots(4)
    stop = threading.Event()

    def work() -> None:
        while not stop.is_set():
            if slots.take(0.01):
                slots.give_back()

    threads = [threading.Thread(target=work) for _ in range(8)]
    for each in threads:
        each.start()
    for count in [1, 6, 2, 8, 1, 5] * 20:
        slots.resize(count)
    stop.set()
    for each in threads:
        each.join()
    assert [slots.take(0) for _ in range(6)] == [True] * 5 + [False]


def test_a_guard_that_only_observes_is_retuned_and_asked_too(tmp_path: Path) -> None:
    observing = f"{{{BREAKER % (20, 10)}}}"
    policies = policies_of(tmp_path, observing)
    observed = guarded(policies, "p", is_enforced=False)
    assert observed.breaker is not None
    assert policies.breaker("p") is observed.breaker
    policies.retune(policies_of(tmp_path, f"{{{BREAKER % (2, 2)}}}"))
    for _ in range(3):
        observed.breaker.failed(observed.breaker.epoch)
    assert policies.breaker("p").state == "metrics_only"
    assert policies.breaker("p").counts() == (2, 2, 0)
