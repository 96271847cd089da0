"""Resilience policies of a project, each with one state, which all that it guards share."""

from __future__ import annotations

from typing import Any

from peakguard.kinds.resilience.budget import Budget
from peakguard.kinds.resilience.policy import Guarded
from peakguard.runtime.clock import REAL, Clock
from peakguard.runtime.policy_set import PolicySet

_MODES = ("off", "observe", "enforce")


def declares(policies: PolicySet, name: str) -> bool:
    """Whether a resilience policy of that name is declared."""
    return any(name in table["policies"] for table in policies.tables("resilience").values())


def guarded(policies: PolicySet, name: str, *, is_enforced: bool = True, clock: Clock = REAL) -> Guarded:
    """The policy of a name; asked for again it is the same one, with its breaker as it stands."""
    shared: Any = policies.shared("resilience", lambda: _Shared(policies, clock))
    made: Guarded = shared.policy(name, is_enforced=is_enforced)
    return made


class _Shared:
    """All that the guards of a project share: policies by name and mode, budgets by name."""

    def __init__(self, policies: PolicySet, clock: Clock) -> None:
        self._policies = policies
        self._clock = clock
        self._made: dict[tuple[str, str], Guarded] = {}
        tables = policies.tables("resilience").values()
        self._tables = {name: (table, each) for table in tables for name, each in table["policies"].items()}
        self._budgets = {name: Budget(each) for table in tables for name, each in table["budgets"].items()}

    def policy(self, name: str, *, is_enforced: bool) -> Guarded:
        table, policy = self._tables[name]
        mode = min(table["mode"], policy["mode"], "enforce" if is_enforced else "observe", key=_MODES.index)
        made = self._made.get((name, mode))
        if made is None:
            made = Guarded(policy, self._budgets, self._policies, mode, self._clock)
            made = self._made.setdefault((name, mode), made)
        return made
