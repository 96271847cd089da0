"""Resilience policies of a project, each with one state, which all that it guards share."""

from __future__ import annotations

from typing import Any

from peakguard.kinds.resilience.budget import Budget
from peakguard.kinds.resilience.policy import Guarded, shape_of
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


def retune(policies: PolicySet, newer: PolicySet) -> tuple[str, ...]:
    """Let running guards go on under the values of a newer set of policies.

    Given are the names of those that need their guards put on again, since more than values has changed; these stay
    as they are.
    """
    shared: Any = policies.shared("resilience", lambda: _Shared(policies, REAL))
    found: tuple[str, ...] = shared.retune(newer)
    return found


def running(policies: PolicySet, name: str) -> Guarded:
    """The policy of a name as its guards run it: the one that acts, else the one that observes, else a new one."""
    shared: Any = policies.shared("resilience", lambda: _Shared(policies, REAL))
    found: Guarded = shared.running(name)
    return found


class _Shared:
    """All that the guards of a project share: policies by name and mode, budgets by name."""

    def __init__(self, policies: PolicySet, clock: Clock) -> None:
        self._policies = policies
        self._clock = clock
        self._made: dict[tuple[str, str], Guarded] = {}
        tables = policies.tables("resilience").values()
        self._tables = {name: (table, each) for table in tables for name, each in table["policies"].items()}
        self._budgets = {name: Budget(each) for table in tables for name, each in table["budgets"].items()}

    def retune(self, newer: PolicySet) -> tuple[str, ...]:
        tables = newer.tables("resilience").values()
        found = {name: (table, each) for table in tables for name, each in table["policies"].items()}
        for table in tables:
            for name, settings in table["budgets"].items():
                if name in self._budgets:
                    self._budgets[name].change(settings)
                else:
                    self._budgets[name] = Budget(settings)
        stuck = []
        for (name, mode), running in list(self._made.items()):
            if name not in found or self._shape(name, mode) != _shape(*found[name], mode):
                stuck.append(name)
            else:
                running.change(found[name][1], self._budgets)
        self._tables |= {name: pair for name, pair in found.items() if name not in stuck}
        return tuple(sorted(set(stuck)))

    def running(self, name: str) -> Guarded:
        made = [guard for mode in reversed(_MODES) if (guard := self._made.get((name, mode))) is not None]
        return made[0] if made else self.policy(name, is_enforced=True)

    def _shape(self, name: str, mode: str) -> dict[str, Any]:
        return _shape(*self._tables[name], mode)

    def policy(self, name: str, *, is_enforced: bool) -> Guarded:
        table, policy = self._tables[name]
        mode = min(table["mode"], policy["mode"], "enforce" if is_enforced else "observe", key=_MODES.index)
        made = self._made.get((name, mode))
        if made is None:
            made = Guarded(policy, self._budgets, self._policies, mode, self._clock)
            made = self._made.setdefault((name, mode), made)
        return made


def _shape(table: Any, policy: Any, mode: str) -> dict[str, Any]:
    return shape_of(policy, min(table["mode"], policy["mode"], mode, key=_MODES.index))
