"""What resilience policies become: plain data, with times in seconds."""

from __future__ import annotations

from typing import Any

from peakguard.kinds.resilience.model import Backoff, Breaker, Resilience, Resiliences, Retry
from peakguard.kinds.resilience.worst_case import seconds
from peakguard.language.document import Document


def compile_document(document: Document[Resiliences]) -> dict[str, Any]:
    """The table of policies that `check` found no error in."""
    spec = document.spec
    return {
        "name": spec.name,
        "mode": spec.mode,
        "policies": {name: _policy(document, name, policy) for name, policy in spec.policies.items()},
        "budgets": {
            name: {**budget.model_dump(), "timeout_cost": budget.timeout_cost or budget.retry_cost}
            for name, budget in spec.budgets.items()
        },
    }


def _policy(document: Document[Resiliences], name: str, policy: Resilience) -> dict[str, Any]:
    place = document.key_span("policies", name)
    made: dict[str, Any] = {"name": name, "mode": policy.mode, "origin": f"{place.file}:{place.line}"}
    if policy.timeout is not None:
        timeout = policy.timeout
        made["timeout"] = {"total": _time(timeout.total), "attempt": _time(timeout.attempt), "mode": timeout.mode}
    if policy.retry is not None:
        made["retry"] = _retry(policy.retry)
    if policy.breaker is not None:
        made["breaker"] = _breaker(policy.breaker)
    if policy.bulkhead is not None:
        bulkhead = policy.bulkhead
        made["bulkhead"] = {"max_concurrent": bulkhead.max_concurrent, "max_wait": seconds(bulkhead.max_wait)}
    if policy.rate_limit is not None:
        limit = policy.rate_limit
        made["rate_limit"] = {
            "interval": seconds(limit.per) / limit.limit,
            "burst": limit.burst or limit.limit,
            "max_wait": seconds(limit.max_wait),
        }
    if policy.fallback is not None:
        made["fallback"] = {"call": policy.fallback.call, "on": list(policy.fallback.on)}
    return made


def _retry(retry: Retry) -> dict[str, Any]:
    after = retry.retry_after
    return {
        "max_attempts": retry.max_attempts,
        "on": list(retry.on),
        "never": list(retry.never),
        "result": retry.result,
        "backoff": _backoff(retry.backoff),
        "retry_after": {"respect": after.respect, "max": seconds(after.max), "over_max": after.over_max},
        "budget": retry.budget,
    }


def _backoff(backoff: Backoff) -> dict[str, Any]:
    return {
        "type": backoff.type,
        "initial": seconds(backoff.initial),
        "multiplier": float(backoff.multiplier),
        "max_delay": _time(backoff.max_delay),
        "jitter": backoff.jitter,
    }


def _breaker(breaker: Breaker) -> dict[str, Any]:
    slow, window, wait = breaker.slow_call, breaker.sliding_window, breaker.wait_duration_in_open
    return {
        "failure_rate": breaker.failure_rate_threshold,
        "slow_duration": seconds(slow.duration) if slow is not None else None,
        "slow_rate": slow.rate_threshold if slow is not None else None,
        "size": (window.size or 100) if window.type == "count" else None,
        "duration": _time(window.duration) if window.type == "time" else None,
        "minimum_calls": breaker.minimum_calls,
        "open": {"initial": seconds(wait.initial), "multiplier": float(wait.multiplier), "max": _time(wait.max)},
        "permitted": breaker.permitted_calls_in_half_open,
        "half_open": _time(breaker.max_wait_in_half_open),
        "record": list(breaker.record),
        "ignore": list(breaker.ignore),
        "mode": breaker.mode,
        "scope": breaker.scope,
    }


def _time(duration: str | None) -> float | None:
    return seconds(duration) if duration is not None else None
