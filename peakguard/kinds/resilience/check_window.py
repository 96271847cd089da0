"""A window of time that holds too little for its breaker to judge by."""

from __future__ import annotations

from collections.abc import Iterator

from peakguard.diagnostics import codes
from peakguard.diagnostics.diagnostic import Diagnostic, found
from peakguard.kinds.resilience.model import Breaker, Resilience, Resiliences
from peakguard.kinds.resilience.worst_case import seconds, shortest_waits
from peakguard.language.document import Document
from peakguard.syntax.node import Path


def check_time_window(
    document: Document[Resiliences], at: Path, policy: Resilience, breaker: Breaker
) -> Iterator[Diagnostic]:
    """Findings about the window of time of a breaker at `at`."""
    assert breaker.sliding_window.duration is not None
    window, minimum = seconds(breaker.sliding_window.duration), breaker.minimum_calls
    span = document.span(*at, "sliding_window", "duration")
    attempts = policy.retry.max_attempts if policy.retry is not None else 1
    held = None
    if policy.expected_rps is not None:
        held = float(policy.expected_rps) * window * attempts
        if held < minimum:
            data = {"window": window, "rps": float(policy.expected_rps), "held": round(held, 3), "minimum": minimum}
            yield found(codes.WINDOW_NEVER_FULL, span, attempts=attempts, **data)
            return
    attempt = policy.timeout.attempt if policy.timeout is not None else None
    if attempt is not None and window < 2 * seconds(attempt):
        yield found(codes.WINDOW_TOO_SHORT, span, window=window, attempt=seconds(attempt))
    if policy.retry is not None and held is None:
        nearest = min(shortest_waits(policy.retry.backoff, attempts - 1))
        if nearest >= window and minimum > 1:
            yield found(codes.ATTEMPTS_NEVER_MEET, span, window=window, wait=round(nearest, 3))
