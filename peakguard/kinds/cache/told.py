"""What a cache tells of itself, as events and in counts."""

from __future__ import annotations

import threading
from collections import Counter

from peakguard.kinds.cache.bounds import Evicted
from peakguard.runtime.errors import PeakguardError
from peakguard.runtime.events import emit
from peakguard.runtime.store.layout import short_name


class Told:
    """Events of one cache. Hits and misses are only counted."""

    def __init__(self, cache: str, policy_set: str) -> None:
        self._cache = cache
        self._policy_set = policy_set
        self._lock = threading.Lock()
        self._counts: Counter[str] = Counter()

    def count(self, what: str) -> None:
        """One more of something."""
        with self._lock:
            self._counts[what] += 1

    @property
    def counts(self) -> dict[str, int]:
        """How often each thing happened in this process."""
        with self._lock:
            return dict(self._counts)

    def repaired(self, key: str, reason: str) -> None:
        """A damaged value was replaced by a new one."""
        self.count("repaired")
        self._emit("cache_repaired", "warning", key=key, reason=reason)

    def stale(self, key: str, age: float, error: BaseException | None) -> None:
        """A value past its time was given: while a new one is fetched, or because that failed."""
        self.count("stale")
        kind = None if error is None else f"{type(error).__module__}.{type(error).__qualname__}"
        self._emit("cache_stale", "info" if error is None else "warning", key=key, age=age, error_type=kind)

    def failed(self, key: str, does: str, error: PeakguardError) -> None:
        """The cache cannot be read or written; the call goes on without it."""
        self.count("failed")
        self._emit("cache_failed", "error", key=key, does=does, code=error.code, problem=str(error))

    def refresh_failed(self, key: str, error: BaseException) -> None:
        """A new value could not be had in the background."""
        self.count("refresh_failed")
        kind = f"{type(error).__module__}.{type(error).__qualname__}"
        self._emit("cache_refresh_failed", "warning", key=key, error_type=kind)

    def evicted(self, what: Evicted) -> None:
        """Values had to go."""
        self.count("evictions")
        self._emit("cache_evicted", "info", entries=what.entries, bytes=what.bytes)

    def future(self, key: str, seconds: float) -> None:
        """A value was written by a clock that is ahead of this one."""
        self._emit("cache_clock_behind", "warning", key=key, seconds=seconds)

    def revalidated(self, key: str, contract: str, version: str, *, passed: bool) -> None:
        """A value was asked again because its contract has changed."""
        self.count("revalidated")
        severity = "info" if passed else "warning"
        self._emit("cache_revalidated", severity, key=key, contract=contract, version=version, passed=passed)

    def _emit(self, name: str, severity: str, *, key: str | None = None, **fields: object) -> None:
        if key is not None:
            fields["key"] = short_name(key)  # the values that a key is made of are nobody else's business
        emit(name, severity=severity, policy_set=self._policy_set, cache=self._cache, **fields)  # type: ignore[arg-type] # one of the four
