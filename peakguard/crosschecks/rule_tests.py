"""Tests name rules, fields and numbers that their policies have; what can never hold is no test."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from peakguard.diagnostics import codes
from peakguard.diagnostics.diagnostic import Diagnostic, found
from peakguard.diagnostics.span import Span
from peakguard.diagnostics.wording import did_you_mean
from peakguard.language.facts import Facts

_NAMESPACES = {"resilience": "resilience policy"}
_Named = Sequence[Sequence[Any]]


def crosscheck(facts: Facts) -> Iterator[Diagnostic]:
    """Findings about every case whose policy is declared and readable."""
    for suite in facts.all("test"):
        for case in suite.data["cases"]:
            subject, name = case["subject"], case["target"]
            if subject not in _CHECKS:
                continue
            policy = facts.get(_NAMESPACES.get(subject, subject), name)
            # Of a policy whose parent cannot be read, nobody knows what it has.
            if policy is not None and len(policy.data) > 1:
                yield from _CHECKS[subject](case, f"{subject} {name}", policy.data)


def full_id(rule: str, known: Sequence[str]) -> str | None:
    """The id that a test means, which may leave out `rules.` and its kin; None where there is none."""
    for prefix in ("", "rules.", "invariants.", "at_end."):
        if prefix + rule in known:
            return prefix + rule
    return None


def _rules(named: _Named, policy: str, known: Sequence[str]) -> Iterator[Diagnostic]:
    for rule, place in named:
        if full_id(rule, known) is None:
            shown = [
                each for each in known if "." not in each or each.split(".")[0] in ("rules", "invariants", "at_end")
            ]
            data = {
                "rule": rule,
                "known": ", ".join(shown) or "none",
                "suggestion": did_you_mean(rule, [*known, *_short(known)]),
            }
            yield found(codes.TEST_RULE_UNKNOWN, Span(*place), policy=policy, **data)


def _short(known: Sequence[str]) -> list[str]:
    return [each.partition(".")[2] for each in known if each.startswith(("rules.", "invariants.", "at_end."))]


def _fields(named: _Named, what: str, policy: str, known: Sequence[str]) -> Iterator[Diagnostic]:
    for name, place in named:
        if name not in known:
            data = {"field": name, "known": ", ".join(known) or "none", "suggestion": did_you_mean(name, list(known))}
            yield found(codes.TEST_FIELD_UNKNOWN, Span(*place), policy=policy, what=what, **data)


def _contract(case: Mapping[str, Any], policy: str, data: Mapping[str, Any]) -> Iterator[Diagnostic]:
    yield from _rules(case["rules"], policy, data["rules"])
    yield from _fields(case["columns"], "column", policy, list(data["columns"]))
    others = [each["contract"] for each in data["references"]]
    yield from _fields(case["references"], "reference to contract", policy, others)


def _invariants(case: Mapping[str, Any], policy: str, data: Mapping[str, Any]) -> Iterator[Diagnostic]:
    yield from _rules(case["rules"], policy, data["rules"])
    yield from _fields(case["fields"], "field", policy, list(data["state"]))
    given = {name for name, _ in case["fields"]}
    missing = [name for name in data["needed"] if name not in given]
    if missing:
        yield found(codes.TEST_FIELD_MISSING, Span(*case["place"]), policy=policy, fields=", ".join(missing))


def _config(case: Mapping[str, Any], policy: str, data: Mapping[str, Any]) -> Iterator[Diagnostic]:
    yield from _rules(case["rules"], policy, data["rules"])
    for path, place in case["values"]:
        if not any(leads(known.split("."), path.split(".")) for known in data["paths"]):
            yield from _fields([[path, place]], "field", policy, data["paths"])


def leads(known: Sequence[str], path: Sequence[str]) -> bool:
    """Whether a path is the one that a policy knows, in which * stands for the key of a map."""
    return len(known) == len(path) and all(mine in ("*", theirs) for mine, theirs in zip(known, path, strict=True))


def _error(case: Mapping[str, Any], policy: str, data: Mapping[str, Any]) -> Iterator[Diagnostic]:
    declared = data.get("context")
    if declared is None:
        return  # a retired code, which is a finding of its own
    yield from _fields(case["context"], "context field", policy, list(declared))
    given = {name for name, _ in case["context"]}
    missing = [name for name in declared if name not in given]
    if missing:
        yield found(codes.TEST_FIELD_MISSING, Span(*case["place"]), policy=policy, fields=", ".join(missing))


def _resilience(case: Mapping[str, Any], policy: str, data: Mapping[str, Any]) -> Iterator[Diagnostic]:
    name = policy.partition(" ")[2]
    for _, attempts, breaker, waits, result, places in case["calls"]:
        most = data["attempts"]
        if attempts is not None and attempts > most:
            yield _never(f"`attempts: {attempts}`", f"{name} makes at most {most}", places["attempts"])
        if breaker is not None and "breaker" not in data["parts"]:
            yield _never(f"`breaker: {breaker}`", f"{name} has no breaker", places["breaker"])
        if waits is not None and waits > most - 1:
            yield _never(f"{waits} waits", f"{name} waits at most {most - 1} times", places["waits"])
        if result == "fallback" and "fallback" not in data["parts"]:
            yield _never("`result: fallback`", f"{name} has no fallback", places["result"])


def _never(expected: str, reason: str, place: Sequence[Any]) -> Diagnostic:
    return found(codes.TEST_CAN_NEVER_HOLD, Span(*place), expected=expected, reason=reason)


_CHECKS = {
    "contract": _contract,
    "invariants": _invariants,
    "config": _config,
    "error": _error,
    "resilience": _resilience,
}
