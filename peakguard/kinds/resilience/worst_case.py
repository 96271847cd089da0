"""How long a guarded call can take at most, and how its waits grow: what `check` computes with."""

from __future__ import annotations

from peakguard.kinds.resilience.model import Backoff, Resilience
from peakguard.runtime.lengths import nanoseconds

_MOST = 1000


def seconds(duration: str) -> float:
    """The seconds of a checked duration."""
    return nanoseconds(duration) / 1e9


def longest_waits(backoff: Backoff, count: int) -> list[float]:
    """The longest that is waited ahead of attempts 2, 3, …: `count` of them, in seconds."""
    most = seconds(backoff.max_delay) if backoff.max_delay is not None else float("inf")
    initial, found = seconds(backoff.initial), []
    wait = initial
    for _ in range(min(count, _MOST)):
        found.append(min(wait, most) if backoff.type != "random" else most)
        if backoff.type == "exponential":
            wait = min(wait * (3 if backoff.jitter == "decorrelated" else backoff.multiplier), 1e9)
    return found


def shortest_waits(backoff: Backoff, count: int) -> list[float]:
    """The shortest that is waited ahead of attempts 2, 3, …, in seconds."""
    share = {"none": 1.0, "full": 0.0, "equal": 0.5}
    if backoff.type == "random" or (backoff.type == "exponential" and backoff.jitter == "decorrelated"):
        return [seconds(backoff.initial)] * count
    return [wait * share.get(backoff.jitter, 0.0) for wait in longest_waits(backoff, count)]


def unbounded(policy: Resilience) -> float | None:
    """All attempts and waits at their longest, without the total: seconds, None where nothing bounds an attempt."""
    attempt = policy.timeout.attempt if policy.timeout is not None else None
    if attempt is None:
        return None
    attempts = policy.retry.max_attempts if policy.retry is not None else 1
    waits = longest_waits(policy.retry.backoff, attempts - 1) if policy.retry is not None else []
    return attempts * seconds(attempt) + sum(waits)


def worst_case(policy: Resilience) -> float | None:
    """The longest that a call can take, in seconds; None where nothing bounds it."""
    total = policy.timeout.total if policy.timeout is not None else None
    bounds = [each for each in (unbounded(policy), seconds(total) if total is not None else None) if each is not None]
    return min(bounds, default=None)
