"""Errors of calls that a resilience policy stops: before they are made, or because they take too long."""

from __future__ import annotations

from typing import Any

from peakguard.diagnostics import codes
from peakguard.runtime.errors import PeakguardError


class Rejected(PeakguardError):
    """A call was not made, or not waited for. `word` is what policies call it in `on:` and `never:`."""

    word = ""


class BreakerOpen(Rejected):
    """The breaker of the dependency is open. `retry_after` are the seconds until it lets a trial through."""

    word = "breaker_open"

    def __init__(self, *, retry_after: float, **context: Any) -> None:
        super().__init__(codes.BREAKER_OPEN, seconds=f"{retry_after:.3g}", **context)
        self.retry_after = retry_after


class BulkheadFull(Rejected):
    """As many calls run as may, and none ended in time."""

    word = "bulkhead_full"

    def __init__(self, **context: Any) -> None:
        super().__init__(codes.BULKHEAD_FULL, **context)


class RateLimited(Rejected):
    """As many calls began as may. `retry_after` are the seconds until another may."""

    word = "rate_limited"

    def __init__(self, *, retry_after: float, **context: Any) -> None:
        super().__init__(codes.RATE_LIMITED, seconds=f"{retry_after:.3g}", **context)
        self.retry_after = retry_after


class TimeoutExceeded(Rejected, TimeoutError):
    """A call or an attempt took longer than it may."""

    word = "timeout"

    def __init__(self, **context: Any) -> None:
        super().__init__(codes.TIMEOUT_EXCEEDED, **context)
