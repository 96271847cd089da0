"""What a resilience policy comes to: the longest call, the load on the dependency, the longest time without it."""

from __future__ import annotations

from collections.abc import Iterator
from math import inf

from peakguard.kinds.resilience.facts import attempts_of_client
from peakguard.kinds.resilience.model import Breaker, Resilience, Resiliences
from peakguard.kinds.resilience.worst_case import longest_waits, seconds, worst_case
from peakguard.language.change import Element, Grade
from peakguard.language.document import Document
from peakguard.language.elements import Row, element
from peakguard.language.judges import BREAKS, RISKS

_TOO_MUCH = 2.0
"""A bound that grows by more than this factor breaks who builds on it."""


def effects(document: Document[Resiliences], name: str, policy: Resilience) -> Iterator[Element]:
    """The computed bounds of one policy: seconds, attempts, calls a second; infinite where nothing bounds them."""
    attempts = _attempts(policy)
    bounds = {
        "worst_case": ("longest call", _or_inf(worst_case(policy)), "s", _longest_call),
        "attempts": ("attempts of one call", attempts, "", _plain),
        "waits": ("waits of one call in all", _waits(policy), "s", _plain),
        "load": ("calls a second on the dependency", _load(policy, attempts), "/s", _load_grows),
        "time_open": ("longest time open", _time_open(policy.breaker), "s", _plain),
    }
    for key, (effect, value, unit, judge) in bounds.items():
        if value is None:
            continue
        made = element(document, ("policies", name, key), value, Row(judge), detail=policy)
        yield made._replace(effect=effect, shown=_shown(value, unit), span=document.key_span("policies", name))


def _or_inf(value: float | None) -> float:
    return inf if value is None else value


def _attempts(policy: Resilience) -> int:
    own = policy.retry.max_attempts if policy.retry is not None else 1
    return own * attempts_of_client(policy.client)


def _waits(policy: Resilience) -> float:
    if policy.retry is None:
        return 0.0
    return sum(longest_waits(policy.retry.backoff, policy.retry.max_attempts - 1))


def _load(policy: Resilience, attempts: int) -> float | None:
    """What the rate limit lets through, or what comes of the expected calls if every attempt fails."""
    limit = policy.rate_limit
    if limit is not None:
        return limit.limit / seconds(limit.per) * (policy.workers or 1)
    return float(policy.expected_rps) * attempts if policy.expected_rps is not None else None


def _time_open(breaker: Breaker | None) -> float | None:
    if breaker is None:
        return None
    wait = breaker.wait_duration_in_open
    if wait.multiplier == 1:
        return seconds(wait.initial)
    return seconds(wait.max) if wait.max is not None else inf


def _shown(value: float, unit: str) -> str:
    number = "no limit" if value == inf else f"{value:.6g}"
    return number if value == inf or not unit else f"{number}{'' if unit == '/s' else ' '}{unit}"


def _plain(old: Element | None, new: Element | None) -> Grade:
    return RISKS


def _longest_call(old: Element | None, new: Element | None) -> Grade:
    """A call that takes more than twice as long, or longer than its caller waits, breaks the caller."""
    assert old is not None
    assert new is not None
    deadline = new.detail.caller_timeout
    crosses = deadline is not None and old.value <= seconds(deadline) < new.value
    return BREAKS._replace(direction="loosens") if crosses or _grows(old, new) else RISKS


def _load_grows(old: Element | None, new: Element | None) -> Grade | None:
    if old is None or new is None:
        return None
    return BREAKS._replace(direction="loosens") if _grows(old, new) else RISKS


def _grows(old: Element, new: Element) -> bool:
    return bool(new.value > _TOO_MUCH * old.value)
