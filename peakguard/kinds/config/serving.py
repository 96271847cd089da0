"""What a registry serves, how good it is, and how old it may become."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, NamedTuple

from peakguard.diagnostics import codes
from peakguard.diagnostics.diagnostic import ERROR
from peakguard.kinds.config.snapshot import Snapshot, Status
from peakguard.runtime.errors import ConfigError, PeakguardError


class Serving(NamedTuple):
    """What readers see: a snapshot, and since when it is known to be good.

    `cause` says why newer ones were refused, empty while none was; `until` is when the snapshot is served no more,
    None where that never comes.
    """

    snapshot: Snapshot
    until: float | None
    good_at: float
    cause: str

    def degraded(self, error: PeakguardError, reload: Mapping[str, Any]) -> Serving:
        """The same after a newer configuration was refused."""
        fails = reload["max_stale"] is not None and reload["on_stale"] == "fail"
        return self._replace(cause=first_of(error), until=self.good_at + reload["max_stale"] if fails else None)

    def of_age(self, config: str, now: float) -> Snapshot:
        """The snapshot. Raises ConfigError (PG2072) where it is too old."""
        if self.until is not None and now > self.until:
            seconds = round(now - self.good_at, 3)
            raise ConfigError(codes.CONFIG_STALE, config=config, seconds=seconds, cause=self.cause)
        return self.snapshot

    def status(self, now: float, reload: Mapping[str, Any], unsaved: str) -> Status:
        """How good it is."""
        age, most = max(0.0, now - self.good_at), reload["max_stale"]
        word: Literal["ready", "degraded", "stale"] = "ready"
        if self.cause:
            word = "stale" if most is not None and age > most else "degraded"
        return Status(word, self.snapshot.generation, self.snapshot.digest, age, self.cause, unsaved)


def first_of(error: PeakguardError) -> str:
    """The first fault that an error tells of, with its place."""
    errors = [each for each in error.diagnostics if each.severity == ERROR] if isinstance(error, ConfigError) else []
    return f"{errors[0].span}: {errors[0].message}" if errors else error.message
