"""What a test says of other policies: the rules and fields that it names, and what it expects a policy to do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from peakguard.kinds.test.expected import Answer, OfCall, Outcomes
from peakguard.kinds.test.model import (
    Case,
    ConfigCase,
    ContractCase,
    ErrorCase,
    ExceptionCase,
    InvariantsCase,
    ResilienceCase,
    Suite,
)
from peakguard.kinds.test.tables import names
from peakguard.language.document import Document
from peakguard.language.facts import Fact
from peakguard.syntax.node import Path

_OUTCOMES = ("fails", "unknown", "passes")


def known_of(document: Document[Suite]) -> dict[str, Any]:
    """By case: what it is about, and what it names, each name with its place."""
    return {"cases": [_known(document, index, case) for index, case in enumerate(document.spec.tests)]}


def facts(document: Document[Suite]) -> Iterator[Fact]:
    """The errors that scripts name; whether there are such is asked where resilience policies name theirs."""
    for index, case in enumerate(document.spec.tests):
        if not isinstance(case, ResilienceCase):
            continue
        for path, pattern in _patterns(case):
            span = document.span("tests", index, *path)
            yield Fact("error pattern", f"{document.file} {index} {path}", span, {"text": pattern, "retry": False})


def target_of(case: Case) -> tuple[str, str]:
    """The key that says what a case is about, and the name behind it."""
    match case:
        case ContractCase():
            return "contract", case.contract
        case InvariantsCase():
            return "invariants", case.invariants
        case ResilienceCase():
            return "resilience", case.resilience
        case ConfigCase():
            return "config", case.config
        case ErrorCase():
            return "error", case.error
        case ExceptionCase():
            return "exception", case.exception.type
    raise AssertionError(case)


def _known(document: Document[Suite], index: int, case: Case) -> dict[str, Any]:
    subject, target = target_of(case)
    at: Path = ("tests", index)
    found: dict[str, Any] = {"subject": subject, "target": target, "place": list(document.span(*at, subject))}
    if isinstance(case, ContractCase | InvariantsCase):
        found["rules"] = [
            [rule, list(document.span(*document.written(*at, "expect", place, *path)))]
            for place, each in enumerate(case.expect)
            for path, rule in _rules(each)
        ]
    if isinstance(case, ContractCase):
        found["columns"] = [
            [name, list(document.key_span(*at, "expect", place, "values", name))]
            for place, each in enumerate(case.expect)
            for name in each.values
        ]
        found["references"] = [[name, list(document.key_span(*at, "references", name))] for name in case.references]
    elif isinstance(case, InvariantsCase):
        given = [*names(case.steps), *case.defaults]
        found["fields"] = [[name, list(_place_of(document, at, name, case))] for name in dict.fromkeys(given)]
    elif isinstance(case, ConfigCase):
        path = (*at, "expect")
        found["rules"] = [
            [rule, list(document.span(*document.written(*path, *inner)))] for inner, rule in _rules(case.expect)
        ]
        found["values"] = [[name, list(document.key_span(*path, "values", name))] for name in case.expect.values]
    elif isinstance(case, ErrorCase):
        found["context"] = [[name, list(document.key_span(*at, "context", name))] for name in case.context]
    elif isinstance(case, ResilienceCase):
        found["calls"] = [
            [list(document.span(*at, *path)), *_asked(document, (*at, *path), call)]
            for path, call in expectations(case)
        ]
    return found


def _rules(outcomes: Outcomes) -> Iterator[tuple[Path, str]]:
    for key in _OUTCOMES:
        yield from (((key, index), rule) for index, rule in enumerate(getattr(outcomes, key)))
    yield from ((("counts", rule), rule) for rule in getattr(outcomes, "counts", {}))


def _place_of(document: Document[Suite], at: Path, name: str, case: InvariantsCase) -> Any:
    if name in case.defaults:
        return document.key_span(*at, "defaults", name)
    if isinstance(case.steps, str):
        start = case.steps.index(name)
        return document.inner_span((*at, "steps"), start, start + len(name))
    if isinstance(case.steps, Mapping):
        return document.key_span(*at, "steps", "columns", name)
    row = next(index for index, each in enumerate(case.steps) if name in each)
    return document.key_span(*at, "steps", row, name)


def expectations(case: ResilienceCase) -> list[tuple[Path, OfCall]]:
    """What is expected of each call, with the path to it."""
    found: list[tuple[Path, OfCall]] = [(("expect",), case.expect)] if case.expect is not None else []
    return found + [
        (("calls", index, "expect"), call.expect) for index, call in enumerate(case.calls) if call.expect is not None
    ]


def _asked(document: Document[Suite], path: Path, call: OfCall) -> tuple[Any, ...]:
    """Attempts, the state of a breaker and waits, as a crosscheck compares them with the policy."""
    places = {key: list(document.span(*path, key)) for key in ("attempts", "breaker", "waits", "result")}
    waits = len(call.waits) if call.waits is not None else None
    return call.attempts, call.breaker, waits, call.result, places


def _patterns(case: ResilienceCase) -> Iterator[tuple[Path, str]]:
    scripts: list[tuple[Path, tuple[Answer, ...]]] = [(("script",), case.script)]
    scripts += [(("calls", index, "script"), call.script) for index, call in enumerate(case.calls)]
    for path, script in scripts:
        for index, answer in enumerate(script):
            if answer.fail is not None:
                yield (*path, index, "fail"), answer.fail
    for path, call in expectations(case):
        if call.error is not None:
            yield (*path, "error"), call.error
