"""The caches of a project, each with one state in a process."""

from __future__ import annotations

from peakguard.kinds.cache.cache import Cache
from peakguard.runtime.clock import REAL, Clock
from peakguard.runtime.mode import weakest
from peakguard.runtime.policy_set import PolicySet


def declares(policies: PolicySet, name: str) -> bool:
    """Whether a cache of that name is declared."""
    return any(name in table["policies"] for table in policies.tables("cache").values())


def names(policies: PolicySet) -> tuple[str, ...]:
    """The names of all caches, sorted."""
    return tuple(sorted(name for table in policies.tables("cache").values() for name in table["policies"]))


def cache(policies: PolicySet, name: str, *, is_enforced: bool = True, clock: Clock = REAL) -> Cache:
    """The cache of a name; asked for again it is the same one. Raises PeakguardError as `Cache` does."""
    table = next(table for table in policies.tables("cache").values() if name in table["policies"])
    own = table["policies"][name]
    mode = weakest(table["mode"], own["mode"], None if is_enforced else "observe")
    made: Cache = policies.shared(f"cache {name} {mode}", lambda: Cache(policies, own, mode, clock))
    return made
