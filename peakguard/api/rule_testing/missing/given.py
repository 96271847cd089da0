"""Scripts and renderings that follow from what a policy says: nothing has to be searched for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from peakguard.api.rule_testing.error_cases import typed_context
from peakguard.api.rule_testing.missing.proposal import Proposal
from peakguard.api.rule_testing.script_cases import FALLBACK, GIVE_UP, RETRY, SUCCESS
from peakguard.kinds.errors.model import ActiveError
from peakguard.kinds.resilience.model import Resilience
from peakguard.kinds.resilience.simulation.scripted import Made, Meets, Planned, play_async
from peakguard.runtime.policy_set import PolicySet

_WORDS = ("breaker_open", "bulkhead_full", "rate_limited", "timeout")
_MOST_CALLS = 500
_BY_TYPE: Mapping[str, Any] = {
    "bool": True,
    "date": "2026-01-02",
    "datetime": "2026-01-02T00:00:00Z",
    "decimal": "1.5",
    "duration": "1s",
    "float64": 1.5,
    "int64": 1,
}


def of_resilience(name: str, policy: Resilience, policies: PolicySet, wanted: set[str]) -> Iterator[Proposal]:
    """Scripts that show parts of a policy."""
    attempts = policy.retry.max_attempts if policy.retry is not None else 1
    failure = _failure(policy, policies)
    for part in sorted(wanted):
        calls = _calls(part, failure, attempts)
        made = play_async(policies, name, [Planned(0.0, script) for script in calls], 0.5)
        last = next((number for number, each in enumerate(made) if _shows(each, part)), None)
        if last is None:
            continue
        told = [_call(script, each) for script, each in zip(calls, made, strict=True)][: last + 1]
        head = {"name": f"{part} of {name} is shown", "resilience": name}
        yield Proposal({**head, **told[0]} if len(told) == 1 else {**head, "calls": told})


def _failure(policy: Resilience, policies: PolicySet) -> str:
    """Something that the policy tries again: an error that it names, or one that a catalog calls retryable."""
    if policy.retry is None:
        return "ConnectionError"
    codes = [each.code for each in policies.errors]
    for pattern in policy.retry.on:
        if pattern.endswith("*"):
            found = next((code for code in codes if code.startswith(pattern[:-1])), None)
            if found is not None:
                return found
        elif pattern not in _WORDS:
            return pattern.replace("x", "0") if pattern.startswith("http:") else pattern
    return next((each.code for each in policies.errors if each.retryable), "ConnectionError")


def _calls(part: str, failure: str, attempts: int) -> list[list[Meets]]:
    fails, ok = Meets(failure, None, 0.0, None), Meets(None, "ok", 0.0, None)
    if part == SUCCESS:
        return [[ok]]
    if part == RETRY:
        return [[fails, ok]]
    if part in (GIVE_UP, FALLBACK):
        return [[fails] * attempts]
    return [[fails] * attempts] * _MOST_CALLS


def _shows(made: Made, part: str) -> bool:
    if part in (SUCCESS, RETRY):
        return made.error is None and made.attempts == (1 if part == SUCCESS else 2)
    if part == FALLBACK:
        return made.result == FALLBACK
    return made.gave_up if part == GIVE_UP else made.breaker == "open"


def _call(script: list[Meets], made: Made) -> dict[str, Any]:
    answers: list[Any] = []
    for meets in script:
        if meets.error is None:
            answers.append(meets.result)
        elif answers and isinstance(answers[-1], dict):
            answers[-1]["times"] += 1
        else:
            answers.append({"fail": meets.error, "times": 1})
    result = "fallback" if made.result == FALLBACK else "error" if made.error is not None else "ok"
    expect: dict[str, Any] = {"result": result, "attempts": made.attempts}
    return {"script": answers, "expect": {**expect, **({"breaker": made.breaker} if made.breaker else {})}}


def of_error(code: str, entry: ActiveError, policies: PolicySet) -> Proposal:
    """An error with the context of its first example, or with some values of its types."""
    context = entry.examples[0].context if entry.examples else _context(entry)
    definition = policies.errors.definition(code)
    error = policies.error(code, **typed_context(definition.context, context))
    case: dict[str, Any] = {"name": f"how {code} reads", "error": code}
    return Proposal({**case, "context": dict(context), "expect": {"message": error.message}})


def _context(entry: ActiveError) -> dict[str, Any]:
    heads = {name: field.type.partition("[")[0].partition("(")[0] for name, field in entry.context.items()}
    return {name: _BY_TYPE.get(head, name) for name, head in heads.items()}
