"""Policies on a clock that tests move, with what the compiler makes of a policy's text."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import peakguard as package
from peakguard.kinds.resilience.policy import Guarded
from peakguard.kinds.resilience.runtime import guarded
from peakguard.runtime.clock import Clock
from peakguard.runtime.policy_set import PolicySet

HEAD = "peakguard: 1\nkind: resilience\nname: providers\nversion: 1.0.0\npolicies:\n"


class Time:
    """A clock at `now`, which sleeping moves; `chance` is every random number."""

    def __init__(self, now: float = 1000.0, chance: float = 1.0) -> None:
        self.now = now
        self.chance = chance
        self.slept: list[float] = []

    @property
    def clock(self) -> Clock:
        return Clock(lambda: self.now, self._sleep, self._asleep, lambda: self.chance)

    def _sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds

    async def _asleep(self, seconds: float) -> None:
        self._sleep(seconds)


def policies_of(root: Path, policy: str, **files: str) -> PolicySet:
    """The policies of a project with one resilience policy `p`, and other files by name."""
    folder = root / "policies"
    folder.mkdir(parents=True, exist_ok=True)
    text = policy if policy.startswith("peakguard") else f"{HEAD}  p: {policy}\n"
    (folder / "resilience.yaml").write_text(text)
    for name, content in files.items():
        (folder / f"{name}.yaml").write_text(content)
    return package.load(root)


def on(time: Time, policies: PolicySet, name: str = "p") -> Guarded:
    """The policy on a virtual clock, from now on also for all that is guarded by it."""
    return guarded(policies, name, clock=time.clock)


def breaker_settings(**changes: Any) -> dict[str, Any]:
    """The compiled form of a breaker, with what differs from the defaults of this suite."""
    return {
        "failure_rate": 0.5, "slow_duration": None, "slow_rate": None, "size": 10, "duration": None,
        "minimum_calls": 5, "open": {"initial": 60.0, "multiplier": 1.0, "max": None}, "permitted": 3,
        "half_open": None, "record": [], "ignore": [], "mode": "enforce", "scope": "process", **changes,
    }  # fmt: skip # a table
