"""What became of the tests of a project, as values."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from typing import Any, Literal, NamedTuple

from peakguard.diagnostics.span import Span

FAILS, UNKNOWN, PASSES = "fails", "unknown", "passes"

Sort = Literal["expectation", "unexpected", "disagreement", "not run"]


class Mismatch(NamedTuple):
    """Why a case fails, and where what it expects is written.

    `expectation`: something else came out. `unexpected`: something counts against the policy that no expectation
    names. `disagreement`: two back ends give different answers. `not run`: no back end could take the case.
    """

    sort: Sort
    span: Span
    what: str
    expected: str
    got: str


class Seen(NamedTuple):
    """That a case has shown a rule of a policy with one outcome; `policy` is such as `contract ohlcv`."""

    policy: str
    rule: str
    outcome: str


class CaseResult(NamedTuple):
    """One case: what it is about, what ran it, and what is wrong; `number` counts from 1 within its suite."""

    suite: str
    number: int
    name: str
    policy: str
    span: Span
    back_ends: tuple[str, ...]
    mismatches: tuple[Mismatch, ...]
    seen: frozenset[Seen]
    seconds: float

    @property
    def ok(self) -> bool:
        """Whether all came out as expected, on at least one back end."""
        return not self.mismatches and bool(self.back_ends)


class Item(NamedTuple):
    """A rule that tests should show, with the outcomes that it can have, and those that passing cases have shown."""

    policy: str
    rule: str
    span: Span
    possible: tuple[str, ...]
    seen: tuple[str, ...]

    @property
    def missing(self) -> tuple[str, ...]:
        """What no test has shown."""
        return tuple(each for each in self.possible if each not in self.seen)


class Coverage(NamedTuple):
    """All rules of all policies that can be tested."""

    items: tuple[Item, ...]

    def of(self, policies: Collection[str]) -> Coverage:
        """Of some policies alone."""
        return Coverage(tuple(item for item in self.items if item.policy in policies))

    @property
    def possible(self) -> int:
        """Outcomes that could be shown."""
        return sum(len(item.possible) for item in self.items)

    @property
    def seen(self) -> int:
        """Outcomes that were shown."""
        return self.possible - sum(len(item.missing) for item in self.items)

    @property
    def share(self) -> float:
        """The part of them that was shown (0..1); 1 where there is nothing to show."""
        return self.seen / self.possible if self.possible else 1.0

    @property
    def missing(self) -> tuple[Item, ...]:
        """Rules of which something was never shown."""
        return tuple(item for item in self.items if item.missing)


class RuleTests(NamedTuple):
    """All cases that ran, and the coverage where all of them ran."""

    cases: tuple[CaseResult, ...]
    coverage: Coverage

    @property
    def ok(self) -> bool:
        """Whether every case passes."""
        return all(case.ok for case in self.cases)

    @property
    def failed(self) -> tuple[CaseResult, ...]:
        """The cases that do not."""
        return tuple(case for case in self.cases if not case.ok)

    @property
    def counts(self) -> Mapping[str, int]:
        """How many cases there are, pass and fail, and how many mismatches of each sort there are."""
        sorts: Counter[str] = Counter(each.sort for case in self.cases for each in case.mismatches)
        failed = len(self.failed)
        return {"cases": len(self.cases), "passed": len(self.cases) - failed, "failed": failed, **sorts}


def shown(value: Any) -> str:
    """A value in a message."""
    return "nothing" if value is None else str(value)
