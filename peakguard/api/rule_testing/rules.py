"""Expected outcomes of rules against those that came out, for rows and for steps alike."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from peakguard.api.rule_testing.outcome import FAILS, PASSES, UNKNOWN, Mismatch, Seen
from peakguard.crosschecks.rule_tests import full_id
from peakguard.diagnostics.span import Span
from peakguard.kinds.test.model import Suite
from peakguard.language.document import Document
from peakguard.syntax.node import Path

OUTCOMES = (FAILS, UNKNOWN, PASSES)


class Judged(NamedTuple):
    """What became of one rule.

    `at` says of single rows what is known of them, `otherwise` what the others are, `against` which of them count
    against the rule; `is_broken` tells that something does where it is no single row. `is_asked` is
    false for a demand on the data as a whole, which counts only where a case names it: a handful of rows need not be
    a year of them.
    """

    id: str
    state: str
    passed: int
    failed: int
    unknown: int
    at: Mapping[int, str] = {}
    against: frozenset[int] = frozenset()
    is_asked: bool = True
    otherwise: str = "not asked"
    is_broken: bool = False

    def has(self, outcome: str) -> bool:
        """Whether it has an outcome for the data as a whole: `passes` where nothing else came out."""
        if self.state != "run":
            return False
        if outcome == FAILS:
            return self.failed > 0
        if outcome == UNKNOWN:
            return self.unknown > 0
        return self.failed == self.unknown == 0 and self.passed > 0

    def __str__(self) -> str:
        if self.state != "run":
            return "it was skipped"
        return f"{self.passed} passed, {self.failed} failed, {self.unknown} unknown"


class Ran(NamedTuple):
    """What came of a case: outcomes by rule, what ran it, and where back ends disagree."""

    judged: Mapping[str, Judged]
    back_ends: tuple[str, ...]
    mismatches: list[Mismatch]


class Expected(NamedTuple):
    """A case as it is compared: its expectations, and the key (`row`, `step`) of their numbers."""

    document: Document[Suite]
    path: Path
    expects: Sequence[Any]
    key: str

    def span(self, index: int, *path: str | int) -> Span:
        """Where a part of an expectation is written."""
        return self.document.span(*self.document.written(*self.path, "expect", index, *path))

    def number(self, each: Any) -> int | None:
        """The row or step that an expectation is about."""
        found: int | None = getattr(each, self.key, None)
        return found


def compare(expected: Expected, judged: Mapping[str, Judged]) -> Iterator[Mismatch]:
    """Every expectation that did not come true, then what counts against a rule and was not named."""
    named: set[tuple[str, int | None]] = set()
    for index, each in enumerate(expected.expects):
        number = expected.number(each)
        for outcome in OUTCOMES:
            for place, rule in enumerate(getattr(each, outcome)):
                id = full_id(rule, list(judged)) or rule
                named.add((id, number))
                got = _got(judged.get(id), number, outcome)
                if got is not None:
                    where = f"{id} of {expected.key} {number}" if number is not None else id
                    yield Mismatch("expectation", expected.span(index, outcome, place), where, outcome, got)
        for rule, counts in getattr(each, "counts", {}).items():
            id = full_id(rule, list(judged)) or rule
            named.add((id, None))
            yield from _counts(expected, index, rule, counts, judged.get(id))
    yield from _unexpected(expected, judged, named)


def _got(rule: Judged | None, number: int | None, outcome: str) -> str | None:
    """What came out in place of an outcome, None where that is what came out."""
    if rule is None:
        return "it was not judged"
    if rule.state != "run":
        return "it was skipped"
    if number is None:
        return None if rule.has(outcome) else str(rule)
    found = rule.at.get(number, rule.otherwise)
    return None if found == outcome else found


def _counts(expected: Expected, index: int, rule: str, counts: Any, judged: Judged | None) -> Iterator[Mismatch]:
    for key in ("passed", "failed", "unknown"):
        wanted = getattr(counts, key)
        got = getattr(judged, key) if judged is not None and judged.state == "run" else None
        if wanted is not None and wanted != got:
            span = expected.span(index, "counts", rule, key)
            yield Mismatch(
                "expectation", span, f"{key} of {rule}", str(wanted), str(got) if got is not None else "none"
            )


def _unexpected(
    expected: Expected, judged: Mapping[str, Judged], named: set[tuple[str, int | None]]
) -> Iterator[Mismatch]:
    for rule in judged.values():
        if rule.state != "run" or not rule.is_asked or (rule.id, None) in named:
            continue
        numbers = sorted(number for number in rule.against if (rule.id, number) not in named)
        for number in numbers[:3]:
            what, got = f"{rule.id} of {expected.key} {number}", rule.at.get(number, FAILS)
            yield Mismatch("unexpected", _nearest(expected, number), what, "nothing against it", got)
        if rule.is_broken:
            yield Mismatch("unexpected", _nearest(expected, None), rule.id, "nothing against it", str(rule))


def _nearest(expected: Expected, number: int | None) -> Span:
    """The expectation of the same row, else all of them."""
    for index, each in enumerate(expected.expects):
        if number is not None and expected.number(each) == number:
            return expected.span(index)
    return expected.document.key_span(*expected.path, "expect")


def shows(policy: str, expected: Expected, judged: Mapping[str, Judged]) -> Iterator[Seen]:
    """The outcomes that a case shows: those of rules that are asked always, and those that it names of the others."""
    named = {
        (full_id(rule, list(judged)), outcome)
        for each in expected.expects
        for outcome in OUTCOMES
        for rule in (*getattr(each, outcome), *getattr(each, "counts", {}))
    }
    for rule in judged.values():
        if rule.state != "run":
            continue
        counts = {FAILS: rule.failed, UNKNOWN: rule.unknown, PASSES: rule.passed}
        for outcome, count in counts.items():
            # Only a case that names it has shown that something is unknown: it may come about without any thought.
            is_shown = rule.is_asked and outcome != UNKNOWN
            if count and (is_shown or (rule.id, outcome) in named):
                yield Seen(policy, rule.id, outcome)
