"""The dependency of a simulation: answers, fails and hangs as its script says."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable
from random import Random

from peakguard.kinds.resilience.simulation.fault import fault_of
from peakguard.kinds.resilience.simulation.outage import Outage, Phase
from peakguard.kinds.resilience.worst_case import seconds
from peakguard.runtime.policy_set import PolicySet

_NORMAL_P99 = 2.3263478740408408
"""The quantile 0.99 of the normal distribution."""


class Dependency:
    """`call()` is what the policy guards. Counts what reaches it, also at a time."""

    def __init__(self, outage: Outage, policies: PolicySet, random: Random, now: Callable[[], float]) -> None:
        self._phases = [(end, phase, _latency(phase, random)) for end, phase in _ends(outage)]
        self._policies = policies
        self._random = random
        self._now = now
        self.running = 0
        self.busiest = 0
        self.on_call: Callable[[], None] = lambda: None

    async def call(self) -> str:
        """One attempt that reaches it."""
        self.on_call()
        phase, latency = self._phase()
        self.running += 1
        self.busiest = max(self.busiest, self.running)
        try:
            is_beyond = phase.capacity is not None and self.running > phase.capacity
            chance = self._random.random()
            if chance < phase.hangs:
                await asyncio.Event().wait()
            is_failing = is_beyond or chance < phase.hangs + phase.fails
            if not (is_failing and phase.fast):
                await asyncio.sleep(latency())
            if is_failing:
                raise self._error(phase)
            return "answer"
        finally:
            self.running -= 1

    def _phase(self) -> tuple[Phase, Callable[[], float]]:
        now = self._now()
        for end, phase, latency in self._phases:
            if now < end:
                return phase, latency
        _, phase, latency = self._phases[-1]
        return phase, latency

    def _error(self, phase: Phase) -> BaseException:
        error = fault_of(phase.error, self._policies) or RuntimeError(f"scripted: {phase.error}")
        if phase.retry_after is not None:
            error.retry_after = seconds(phase.retry_after)  # type: ignore[attr-defined] # as clients of HTTP have it
        return error


def _ends(outage: Outage) -> list[tuple[float, Phase]]:
    ends, end = [], 0.0
    for phase in outage.phases:
        end += seconds(phase.duration)
        ends.append((end, phase))
    return ends


def _latency(phase: Phase, random: Random) -> Callable[[], float]:
    latency = phase.latency
    if latency.min is not None and latency.max is not None:
        low, high = seconds(latency.min), seconds(latency.max)
        return lambda: random.uniform(low, high)
    assert latency.median is not None
    assert latency.p99 is not None
    middle = math.log(max(1e-9, seconds(latency.median)))
    spread = max(0.0, math.log(max(1e-9, seconds(latency.p99))) - middle) / _NORMAL_P99
    return lambda: random.lognormvariate(middle, spread)
