"""What a cache tells of itself, as events and in counts."""

from __future__ import annotations

import threading
from collections import Counter

from peakguard.kinds.cache.bounds import Evicted
from peakguard.runtime.errors import PeakguardError
from peakguard.runtime.events import emit
from peakguard.runtime.store.layout import short_name


class Told:
    """Events of one cache, by the ids of values: what a key is made of is nobody else's business.

    Hits and misses are only counted.
    """

    def __init__(self, cache: str, policy_set: str) -> None:
        self._cache = cache
        self._set = policy_set
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
        emit(
            "cache_repaired",
            severity="warning",
            policy_set=self._set,
            cache=self._cache,
            key=short_name(key),
            reason=reason,
        )

    def stale(self, key: str, age: float, error: BaseException | None) -> None:
        """A value past its time was given: while a new one is fetched, or because that failed."""
        self.count("stale")
        emit(
            "cache_stale",
            severity="info" if error is None else "warning",
            policy_set=self._set,
            cache=self._cache,
            key=short_name(key),
            age=age,
            error_type=None if error is None else _class(error),
        )

    def failed(self, key: str, does: str, error: PeakguardError) -> None:
        """The cache cannot be read or written; the call goes on without it."""
        self.count("failed")
        emit(
            "cache_failed",
            severity="error",
            policy_set=self._set,
            cache=self._cache,
            key=short_name(key),
            does=does,
            code=error.code,
            problem=str(error),
        )

    def refresh_failed(self, key: str, error: BaseException) -> None:
        """A new value could not be had in the background."""
        self.count("refresh_failed")
        emit(
            "cache_refresh_failed",
            severity="warning",
            policy_set=self._set,
            cache=self._cache,
            key=short_name(key),
            error_type=_class(error),
        )

    def evicted(self, what: Evicted) -> None:
        """Values had to go."""
        self.count("evictions")
        emit("cache_evicted", policy_set=self._set, cache=self._cache, entries=what.entries, bytes=what.bytes)

    def future(self, key: str, seconds: float) -> None:
        """A value was written by a clock that is ahead of this one."""
        emit(
            "cache_clock_behind",
            severity="warning",
            policy_set=self._set,
            cache=self._cache,
            key=short_name(key),
            seconds=seconds,
        )

    def revalidated(self, key: str, contract: str, version: str, *, passed: bool) -> None:
        """A value was asked again because its contract has changed."""
        self.count("revalidated")
        emit(
            "cache_revalidated",
            severity="info" if passed else "warning",
            policy_set=self._set,
            cache=self._cache,
            key=short_name(key),
            contract=contract,
            version=version,
            passed=passed,
        )


def _class(error: BaseException) -> str:
    return f"{type(error).__module__}.{type(error).__qualname__}"
