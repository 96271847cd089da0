"""Bulkhead, budget and rate limit beside models that keep everything in plain numbers; cancelling leaks nothing."""

from __future__ import annotations

import asyncio
import pickle
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from peakguard.kinds.resilience.budget import Budget
from peakguard.kinds.resilience.rates import Rate
from peakguard.kinds.resilience.runtime import guarded
from peakguard.kinds.resilience.simulation.virtual_loop import VirtualLoop
from peakguard.kinds.resilience.slots import Slots
from peakguard.runtime.clock import Clock
from peakguard.runtime.policy_set import PolicySet
from tests.unit.resilience.virtual import Time, policies_of


class Bulkheads(RuleBasedStateMachine):
    """Tasks that ask, wait, give up and give back, on one loop, step by step."""

    @initialize(count=st.integers(1, 4))
    def begin(self, count: int) -> None:
        self.loop = VirtualLoop()
        self.count, self.taken = count, 0
        self.slots = Slots(count)
        self.waiting: list[asyncio.Task[bool]] = []

    def _run(self) -> None:
        for _ in range(6):
            self.loop.run_until_complete(asyncio.sleep(0))
        served = [task for task in self.waiting if task.done() and not task.cancelled()]
        # First come, first served: nobody is served while one who came earlier still waits.
        assert served == self.waiting[: len(served)]
        assert all(task.result() for task in served)
        self.taken += len(served)
        self.waiting = [task for task in self.waiting if not task.done()]

    @rule()
    def ask(self) -> None:
        has_one = self.slots.take(0)
        assert has_one == (self.taken < self.count and not self.waiting)
        self.taken += has_one

    @rule()
    def wait(self) -> None:
        self.waiting.append(self.loop.create_task(self.slots.take_async(1e6)))
        self._run()

    @precondition(lambda self: self.taken > 0)
    @rule()
    def give_back(self) -> None:
        self.taken -= 1
        self.slots.give_back()
        self._run()

    @precondition(lambda self: self.waiting)
    @rule(place=st.integers(0, 100), returned=st.booleans())
    def give_up(self, place: int, returned: bool) -> None:
        """Somebody is cancelled, perhaps in the very turn in which a slot comes free."""
        task = self.waiting.pop(place % len(self.waiting))
        if returned and self.taken:
            self.taken -= 1
            self.slots.give_back()
        task.cancel()
        for _ in range(6):
            self.loop.run_until_complete(asyncio.sleep(0))
        if not task.cancelled():
            assert task.result()
            self.taken += 1
        self._run()

    @rule(count=st.integers(1, 4))
    def resize(self, count: int) -> None:
        self.count = count
        self.slots.resize(count)
        self._run()

    @invariant()
    def no_slot_is_lost(self) -> None:
        if hasattr(self, "slots"):
            assert len(self.slots.free) == max(0, self.count - self.taken)
            assert not (self.waiting and self.taken < self.count)

    def teardown(self) -> None:
        if hasattr(self, "loop"):
            for task in self.waiting:
                task.cancel()
            for _ in range(6):
                self.loop.run_until_complete(asyncio.sleep(0))
            self.loop.close()


class Budgets(RuleBasedStateMachine):
    @initialize(capacity=st.integers(5, 40), cost=st.integers(1, 5), late=st.integers(1, 5), refund=st.integers(0, 3))
    def begin(self, capacity: int, cost: int, late: int, refund: int) -> None:
        self.capacity, self.cost, self.late, self.refund = capacity, cost, late, refund
        chosen = {"capacity": capacity, "retry_cost": cost, "timeout_cost": late, "success_refund": refund}
        self.budget, self.tokens = Budget(chosen), capacity

    @rule(timeout=st.booleans(), helps=st.booleans())
    def retry(self, timeout: bool, helps: bool) -> None:
        price = self.late if timeout else self.cost
        paid = self.budget.pay(timeout=timeout)
        assert paid == (price if self.tokens >= price else None)
        self.tokens -= paid or 0
        if paid is not None and helps:
            self.budget.refund(paid)
            self.tokens += paid

    @rule()
    def success(self) -> None:
        if self.budget.is_short:
            self.budget.refund()
        self.tokens = min(self.capacity, self.tokens + self.refund)

    @invariant()
    def they_agree(self) -> None:
        if hasattr(self, "budget"):
            assert (self.budget.tokens, self.budget.is_short) == (self.tokens, self.tokens < self.capacity)


class Rates(RuleBasedStateMachine):
    """Beside a bucket that drips: as many turns as it holds, and others in the order in which they asked."""

    @initialize(limit=st.integers(1, 10), burst=st.integers(1, 10))
    def begin(self, limit: int, burst: int) -> None:
        self.time = Time(0.0)
        self.interval, self.burst = 1 / limit, burst
        self.rate = Rate(self.interval, burst, self.time.clock)
        self.level, self.at = float(burst), 0.0

    @rule(seconds=st.sampled_from([0.0, 0.05, 0.3, 1.0, 7.0]))
    def wait(self, seconds: float) -> None:
        self.time.now += seconds

    @rule(longest=st.sampled_from([0.0, 0.5, 100.0]), is_free=st.booleans())
    def ask(self, longest: float, is_free: bool) -> None:
        self.level = min(self.burst, self.level + (self.time.now - self.at) / self.interval)
        self.at = self.time.now
        wait = max(0.0, (1 - self.level) * self.interval)
        wait = 0.0 if wait < 1e-7 else wait
        if is_free:
            is_ours = self.rate.is_free()
            assert is_ours == (wait == 0.0)
        else:
            found, is_ours = self.rate.reserve(longest)
            assert found == pytest.approx(wait, abs=1e-6)
            assert is_ours == (found <= longest)
        self.level -= is_ours


TestBulkheads = Bulkheads.TestCase
TestBulkheads.settings = settings(max_examples=80, stateful_step_count=40, deadline=None)
TestBudgets = Budgets.TestCase
TestBudgets.settings = settings(max_examples=80, stateful_step_count=40, deadline=None)
TestRates = Rates.TestCase
TestRates.settings = settings(max_examples=80, stateful_step_count=40, deadline=None)

ALL = (
    "{idempotent: true, timeout: {total: 60s, attempt: 5s}, retry: {max_attempts: 3, on: [OSError, timeout], "
    "backoff: {initial: 1s}}, bulkhead: {max_concurrent: 2, max_wait: 9s}, "
    "rate_limit: {limit: 1, per: 1s, max_wait: 60s}, breaker: {minimum_calls: 2, failure_rate_threshold: 1.0, "
    "permitted_calls_in_half_open: 2, wait_duration_in_open: 1ms}}"
)


@pytest.mark.parametrize("outcome", ["well", "fails", "hangs"])
def test_cancelling_at_any_await_leaks_nothing(tmp_path: Path, outcome: str) -> None:
    """A task is cancelled after every number of turns that it takes: slots and permits of a trial are all back."""
    declared = pickle.dumps(policies_of(tmp_path, ALL))
    turns = 0
    while not cancelled_after(turns, outcome, pickle.loads(declared)):
        turns += 1
        assert turns < 300
    assert turns > 2


def cancelled_after(turns: int, outcome: str, policies: PolicySet) -> bool:
    """Whether the call had ended by itself before."""
    loop = VirtualLoop()
    clock = Clock(loop.time, lambda _: None, asyncio.sleep, lambda: 1.0)
    policy = guarded(policies, "p", clock=clock)
    assert policy.breaker is not None
    assert policy.slots is not None
    policy.breaker.force("open")

    @policies.guard("p")
    async def work() -> str:
        await asyncio.sleep(0.01)
        if outcome == "fails":
            raise OSError
        if outcome == "hangs":
            await asyncio.sleep(1000)
        return "well"

    async def main() -> bool:
        await asyncio.sleep(0.01)  # the breaker lets a trial through
        task: asyncio.Task[Any] = asyncio.ensure_future(work())
        for _ in range(turns):
            await asyncio.sleep(0.004 if outcome == "well" else 0.25)
        is_over = task.done()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        return is_over

    try:
        is_over = loop.run_until_complete(main())
    finally:
        loop.close()
    assert len(policy.slots.free) == 2
    epoch = policy.breaker.epoch
    if epoch.state == "half_open":
        assert epoch.permits + epoch.ended == 2
    return is_over
