"""What resilience policies say in documents: what happens while the calls under them fail with some error."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from peakguard.kinds.resilience.model import Resilience, Resiliences
from peakguard.kinds.resilience.patterns import covers, fits_code
from peakguard.kinds.resilience.worst_case import longest_waits, worst_case
from peakguard.language.document import Document
from peakguard.language.markdown import code
from peakguard.language.page import Command, Failing, Relief, Section
from peakguard.runtime.mode import weakest


def reliefs(document: Document[Resiliences], failing: Failing) -> Iterator[Relief]:
    """For each policy: whether the error is tried again and how long that takes, its breaker, its fallback."""
    for name, policy in document.spec.policies.items():
        if weakest(policy.mode, document.spec.mode) != "enforce":
            continue
        says = (*_retried(policy, failing), *_broken_off(policy, failing), *_replaced(policy, failing))
        span = document.key_span("policies", name)
        yield Relief("resilience", name, span, says, tuple(_commands(name, policy)))


def first_look(documents: Sequence[Document[Resiliences]]) -> Iterator[Command]:
    """Which breakers are open."""
    breakers = [each.breaker for document in documents for each in document.spec.policies.values()]
    if any(each is not None and each.scope == "host" for each in breakers):
        yield Command("peakguard breaker ls", "which breakers keep calls away, and when they try again")


def stability_testing(documents: Sequence[Document[Resiliences]]) -> Iterator[Section]:
    """How outages are played to the policies."""
    names = [name for document in documents for name in document.spec.policies]
    lines = "\n".join(f"peakguard simulate {name} --outage FILE" for name in names)
    says = (
        "An outage, written down with its times, is played to a policy in seconds: what retries save, and their cost."
    )
    yield Section("Outages on a virtual clock", f"{says}\n\n```console\n{lines}\n```")


def _names(patterns: Sequence[str], failing: Failing) -> bool:
    """Whether patterns name the error: by its code, or as one of the exceptions that become it or that it is."""
    others = (*failing.matches, *failing.also, "Exception")
    return any(fits_code(each, failing.code) or any(covers(each, other) for other in others) for each in patterns)


def _retried(policy: Resilience, failing: Failing) -> Iterator[str]:
    retry, most = policy.retry, worst_case(policy)
    is_named = retry is not None and (_names(retry.on, failing) if retry.on else failing.retryable)
    if retry is None or not is_named or _names(retry.never, failing):
        yield "It is not tried again."
    else:
        waits = ", ".join(f"{each:g} s" for each in longest_waits(retry.backoff, retry.max_attempts - 1)[:8])
        more = ", …" if retry.max_attempts > 9 else ""
        yield f"It is tried again: {retry.max_attempts} attempts in all, and waits of at most {waits}{more} between."
        if retry.budget is not None:
            yield f"Retries are paid from the budget {code(retry.budget)}; where it is empty, there are none."
    if most is not None:
        yield f"The caller has an answer or the error after {most:g} s at the latest."
    else:
        yield "Nothing bounds how long a call may take."


def _broken_off(policy: Resilience, failing: Failing) -> Iterator[str]:
    breaker = policy.breaker
    if breaker is None or breaker.mode in ("disabled", "metrics_only"):
        return
    if (
        failing.stage == "result"
        or _names(breaker.ignore, failing)
        or (breaker.record and not _names(breaker.record, failing))
    ):
        yield "It does not count for the breaker, which may be open for other errors."
        return
    wait = breaker.wait_duration_in_open
    longer = f", growing to {wait.max}" if wait.max is not None and wait.multiplier != 1 else ""
    shared = "all processes of the host" if breaker.scope == "host" else "each process by itself"
    share = f"At a share of {breaker.failure_rate_threshold:g} failed attempts, from {breaker.minimum_calls} on,"
    trial = breaker.permitted_calls_in_half_open
    yield (
        f"{share} the breaker opens: calls are refused at once for {wait.initial}{longer}, then {trial} try again "
        f"({shared})."
    )


def _replaced(policy: Resilience, failing: Failing) -> Iterator[str]:
    fallback = policy.fallback
    if fallback is not None and (not fallback.on or _names(fallback.on, failing)):
        yield f"In the end {code(fallback.call)} stands in: what the caller then gets is no fresh result."


def _commands(name: str, policy: Resilience) -> Iterator[Command]:
    yield Command(f"peakguard show {name}", "what is done around a call")
    if policy.breaker is not None and policy.breaker.scope == "host":
        yield Command("peakguard breaker ls", "whether its breaker is open")
        yield Command(f"peakguard breaker open {name}", "keeps every call away until it is closed")
        yield Command(f"peakguard breaker close {name}", "lets calls through again")
