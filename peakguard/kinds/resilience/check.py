"""What can be wrong with resilience policies: each with the number that shows it."""

from __future__ import annotations

import builtins
import math
from collections.abc import Iterator, Mapping
from itertools import accumulate

from peakguard.diagnostics import codes
from peakguard.diagnostics.diagnostic import Diagnostic, found
from peakguard.diagnostics.wording import did_you_mean
from peakguard.kinds.resilience.check_patterns import check_patterns
from peakguard.kinds.resilience.check_window import check_time_window
from peakguard.kinds.resilience.model import Breaker, Resilience, Resiliences, Retry
from peakguard.kinds.resilience.patterns import fits_code, is_class, is_word
from peakguard.kinds.resilience.worst_case import seconds, shortest_waits, worst_case
from peakguard.language.document import Document
from peakguard.language.facts import Facts
from peakguard.syntax.node import Path
from peakguard.syntax.source import Source

MOST_ATTEMPTS = 4
"""Attempts at a dependency for one call, above which several layers that try again are worth a warning."""
_PARTS = ("timeout", "retry", "breaker", "bulkhead", "rate_limit", "fallback")


def check(document: Document[Resiliences]) -> Iterator[Diagnostic]:
    """Findings about each policy by itself."""
    for name, policy in document.spec.policies.items():
        at: Path = ("policies", name)
        if all(getattr(policy, part) is None for part in _PARTS):
            yield found(codes.POLICY_EMPTY, document.key_span(*at), policy=name, known=", ".join(_PARTS))
        yield from _check_times(document, at, policy)
        yield from _check_workers(document, at, policy)
        if policy.retry is not None:
            yield from _check_retry(document, at, policy, policy.retry)
        if policy.breaker is not None:
            yield from _check_breaker(document, at, policy, policy.breaker)
        yield from check_patterns(document, at, policy)
    for name, budget in document.spec.budgets.items():
        if budget.capacity < budget.retry_cost:
            data = {"budget": name, "capacity": budget.capacity, "cost": budget.retry_cost}
            yield found(codes.RETRY_BUDGET_TOO_SMALL, document.span("budgets", name, "capacity"), **data)


def check_together(facts: Facts, _: Mapping[str, Source]) -> Iterator[Diagnostic]:
    """Errors that policies name are declared, those that are tried again may succeed, and attempts stay few."""
    yield from _check_chains(facts)
    for fact in facts.all("error pattern"):
        pattern = str(fact.data["text"])
        if is_word(pattern) or ":" in pattern or is_class(pattern):
            continue
        fitting = [each for each in facts.all("error") if fits_code(pattern, each.name)]
        if not fitting and not facts.may_hide(pattern.rstrip("*")):
            known = [*facts.names("error"), *(name for name in dir(builtins) if is_class(name))]
            suggestion = did_you_mean(pattern, known)
            yield found(codes.ERROR_PATTERN_UNKNOWN, fact.span, found=pattern, suggestion=suggestion)
        hopeless = next((each.name for each in fitting if each.data.get("retryable") is False), None)
        if hopeless is not None and fact.data["retry"] and not pattern.endswith("*"):
            yield found(codes.RETRIED_CODE_NOT_RETRYABLE, fact.span, pattern=pattern, code=hopeless)


def _check_chains(facts: Facts) -> Iterator[Diagnostic]:
    """Attempts that multiply, along every chain of policies that begins where none is called from."""
    for fact in facts.all("resilience policy"):
        for chain in _chains(facts, fact.name, ()):
            attempts = math.prod(each for _, each in chain)
            if len([each for _, each in chain if each > 1]) > 1 and attempts > MOST_ATTEMPTS:
                shown = " × ".join(f"{name} ({each})" for name, each in chain)
                yield found(codes.ATTEMPTS_MULTIPLY, fact.span, attempts=attempts, chain=shown)
                break


def _chains(facts: Facts, name: str, above: tuple[str, ...]) -> Iterator[list[tuple[str, int]]]:
    """Every way from a policy down to a dependency, with the attempts of each; one that comes back ends there."""
    fact = facts.get("resilience policy", name)
    if fact is None or name in above:
        return
    own = [(name, int(fact.data["attempts"]))]
    calls = list(fact.data["calls"])
    client = fact.data["client"]
    if client is not None:
        yield [*own, (client[0], client[1])]
    elif not calls:
        yield own
    for inner in calls:
        for chain in _chains(facts, inner, (*above, name)):
            yield [*own, *chain]


def _check_workers(document: Document[Resiliences], at: Path, policy: Resilience) -> Iterator[Diagnostic]:
    workers = policy.workers or 1
    if workers == 1:
        return
    effects: dict[str, str] = {}
    if policy.bulkhead is not None:
        effects["bulkhead"] = f"run {policy.bulkhead.max_concurrent * workers} calls at a time"
    if policy.rate_limit is not None:
        effects["rate_limit"] = f"begin {policy.rate_limit.limit * workers} calls in {policy.rate_limit.per}"
    if policy.breaker is not None and policy.breaker.scope == "process":
        effects["breaker"] = f"make {policy.breaker.minimum_calls * workers} calls before it is open for all"
    for part, effect in effects.items():
        yield found(codes.LIMIT_OF_EACH_WORKER, document.key_span(*at, part), part=part, workers=workers, effect=effect)


def _check_times(document: Document[Resiliences], at: Path, policy: Resilience) -> Iterator[Diagnostic]:
    timeout = policy.timeout
    if timeout is not None and timeout.total is not None and timeout.attempt is not None:
        total, attempt = seconds(timeout.total), seconds(timeout.attempt)
        if attempt > total:
            span = document.span(*at, "timeout", "attempt")
            yield found(codes.ATTEMPT_OUTLASTS_CALL, span, attempt=attempt, total=total)
    worst = worst_case(policy)
    if policy.caller_timeout is not None and worst is not None and worst > seconds(policy.caller_timeout):
        data = {"worst": round(worst, 3), "caller": seconds(policy.caller_timeout)}
        yield found(codes.WORST_CASE_OVER_CALLER, document.span(*at, "caller_timeout"), **data)


def _check_retry(document: Document[Resiliences], at: Path, policy: Resilience, retry: Retry) -> Iterator[Diagnostic]:
    if policy.idempotent is not True:
        yield found(codes.RETRY_NOT_IDEMPOTENT, document.key_span(*at, "retry"), policy=str(at[-1]))
    if worst_case(policy) is None:
        yield found(codes.WORST_CASE_UNBOUNDED, document.key_span(*at, "retry"), policy=str(at[-1]))
    backoff = retry.backoff
    if backoff.type == "random" and (
        backoff.max_delay is None or seconds(backoff.max_delay) <= seconds(backoff.initial)
    ):
        initial = seconds(backoff.initial)
        yield found(codes.RANDOM_WAIT_WITHOUT_END, document.key_span(*at, "retry", "backoff"), initial=initial)
    total = policy.timeout.total if policy.timeout is not None else None
    if total is not None:
        sums = list(accumulate(shortest_waits(backoff, retry.max_attempts - 1)))
        late = next((place for place, waited in enumerate(sums) if waited >= seconds(total)), None)
        if late is not None:
            data = {
                "first": late + 2,
                "last": retry.max_attempts,
                "waits": round(sums[late], 3),
                "total": seconds(total),
            }
            yield found(codes.ATTEMPTS_UNREACHABLE, document.span(*at, "retry", "max_attempts"), **data)


def _check_breaker(
    document: Document[Resiliences], at: Path, policy: Resilience, breaker: Breaker
) -> Iterator[Diagnostic]:
    at = (*at, "breaker")
    window = breaker.sliding_window
    wanted, other = ("size", "duration") if window.type == "count" else ("duration", "size")
    if getattr(window, other) is not None or (window.type == "time" and window.duration is None):
        has = f"`{other}`" if getattr(window, other) is not None else "none"
        span = document.key_span(*at, "sliding_window")
        yield found(codes.WINDOW_WITHOUT_ITS_SIZE, span, type=window.type, wanted=wanted, found=has)
        return
    size, minimum = window.size or 100, breaker.minimum_calls
    if window.type == "count" and minimum > size:
        span = document.span(*at, "minimum_calls")
        yield found(codes.BREAKER_NEVER_OPENS, span, size=size, minimum=minimum)
        return
    if window.duration is not None:
        yield from check_time_window(document, at, policy, breaker)
    attempts = policy.retry.max_attempts if policy.retry is not None else 1
    enough = max(1, math.ceil(breaker.failure_rate_threshold * minimum))
    if policy.retry is not None and attempts >= enough and attempts >= minimum:
        data = {"attempts": attempts, "failures": enough, "minimum": minimum}
        yield found(codes.BREAKER_TRIPS_ITSELF, document.key_span(*at), **data)
