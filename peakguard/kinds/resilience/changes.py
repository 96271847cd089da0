"""What resilience policies say, element by element, and how a change of each is judged.

Names are global, so a policy or budget may move to another file.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from peakguard.kinds.resilience.changes_judged import client, fallback, retried, retries
from peakguard.kinds.resilience.effects import effects
from peakguard.kinds.resilience.model import Resiliences
from peakguard.language.change import Element, Grade
from peakguard.language.document import Document
from peakguard.language.elements import MODES, NOT_COMPARED, Row, Table, as_set, element, elements_of, length
from peakguard.language.judges import (
    ADDED,
    GONE,
    NEW_GUARD,
    at_least,
    at_most,
    behaviour,
    breaks,
    guarantee,
    parts,
    protection,
    ranked,
    risks,
    stated,
    words,
)

_MORE = Row(behaviour(at_most))
"""A number of which more permits more."""
_LESS = Row(behaviour(at_least))
_LONGER = Row(behaviour(at_most), length)
_RISK = Row(risks)
_ERRORS = Row(risks, as_set)
_GUARD = Row(protection(stated))
_SCOPES = {"policies": "resilience policy", "budgets": "retry budget"}
_P = "policies.*"

TABLE: Table = {
    "mode": NOT_COMPARED,  # as it holds for each policy
    _P: Row(parts(ADDED, GONE)),
    f"{_P}.description": Row(words),
    f"{_P}.mode": NOT_COMPARED,
    f"{_P}.idempotent": _RISK,
    f"{_P}.caller_timeout": _LONGER,
    f"{_P}.calls": _ERRORS,
    f"{_P}.client": Row(client),
    f"{_P}.client.name": Row(client),
    f"{_P}.client.attempts": Row(client),
    f"{_P}.expected_rps": Row(words),
    f"{_P}.workers": Row(words),
    f"{_P}.timeout": _GUARD,
    f"{_P}.timeout.total": _LONGER,
    f"{_P}.timeout.attempt": _LONGER,
    f"{_P}.timeout.mode": _RISK,
    f"{_P}.retry": Row(retries),
    f"{_P}.retry.max_attempts": _MORE,
    f"{_P}.retry.on": Row(retried, as_set),
    f"{_P}.retry.never": Row(retried, as_set),
    f"{_P}.retry.result": _RISK,
    f"{_P}.retry.backoff.type": _RISK,
    f"{_P}.retry.backoff.initial": _LONGER,
    f"{_P}.retry.backoff.multiplier": _MORE,
    f"{_P}.retry.backoff.max_delay": _LONGER,
    f"{_P}.retry.backoff.jitter": _RISK,
    f"{_P}.retry.retry_after.respect": _RISK,
    f"{_P}.retry.retry_after.max": _LONGER,
    f"{_P}.retry.retry_after.over_max": _RISK,
    f"{_P}.retry.budget": _RISK,
    f"{_P}.breaker": _GUARD,
    f"{_P}.breaker.failure_rate_threshold": _MORE,
    f"{_P}.breaker.slow_call": _RISK,
    f"{_P}.breaker.slow_call.duration": _LONGER,
    f"{_P}.breaker.slow_call.rate_threshold": _MORE,
    f"{_P}.breaker.sliding_window.type": _RISK,
    f"{_P}.breaker.sliding_window.size": _RISK,
    f"{_P}.breaker.sliding_window.duration": Row(risks, length),
    f"{_P}.breaker.minimum_calls": _MORE,
    f"{_P}.breaker.wait_duration_in_open.initial": Row(behaviour(at_least), length),
    f"{_P}.breaker.wait_duration_in_open.multiplier": _LESS,
    f"{_P}.breaker.wait_duration_in_open.max": Row(risks, length),
    f"{_P}.breaker.permitted_calls_in_half_open": _MORE,
    f"{_P}.breaker.max_wait_in_half_open": Row(risks, length),
    f"{_P}.breaker.record": _ERRORS,
    f"{_P}.breaker.ignore": _ERRORS,
    f"{_P}.breaker.scope": _RISK,
    f"{_P}.breaker.mode": Row(breaks),  # whether calls pass where it should be open
    f"{_P}.bulkhead": _GUARD,
    f"{_P}.bulkhead.max_concurrent": _MORE,
    f"{_P}.bulkhead.max_wait": _LONGER,
    f"{_P}.rate_limit": _GUARD,
    f"{_P}.rate_limit.limit": _MORE,
    f"{_P}.rate_limit.per": Row(behaviour(at_least), length),
    f"{_P}.rate_limit.burst": _MORE,
    f"{_P}.rate_limit.max_wait": _LONGER,
    f"{_P}.fallback": Row(fallback),
    f"{_P}.fallback.call": Row(breaks),
    f"{_P}.fallback.on": Row(breaks, as_set),
    "budgets.*": Row(parts(ADDED, GONE)),
    "budgets.*.capacity": _MORE,
    "budgets.*.retry_cost": _LESS,
    "budgets.*.timeout_cost": _LESS,
    "budgets.*.success_refund": _MORE,
}


def _mode(old: Element | None, new: Element | None) -> Grade:
    """Enforced again, it acts where it only counted: a risk, as a new guard is."""
    grade = guarantee(ranked(*MODES))(old, new)
    assert grade is not None
    return grade if grade.direction == "loosens" else NEW_GUARD


def elements(document: Document[Resiliences], names: Mapping[str, str]) -> Iterator[Element]:
    """The elements of all policies and budgets, each in the scope of its namespace."""
    for each in _elements(document):
        yield each._replace(scope=_SCOPES.get(str(each.path[0]), ""))


def _elements(document: Document[Resiliences]) -> Iterator[Element]:
    spec = document.spec
    yield from elements_of(document, TABLE)
    for name, policy in spec.policies.items():
        mode = min(spec.mode, policy.mode, key=MODES.index)
        yield element(document, ("policies", name, "mode"), mode, Row(_mode))
        yield from effects(document, name, policy)


def policy(old: Element | None, new: Element | None) -> Grade:
    """The file itself: what it declares is told by name."""
    return Grade("none", "patch")
