"""The three outcomes of a rule, and what an unknown one counts as."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, NamedTuple, TypeAlias

Outcome: TypeAlias = Literal["pass", "fail", "unknown"]
OnNull: TypeAlias = Literal["pass", "fail"]

PASS: Outcome = "pass"  # noqa: S105 # an outcome, no password
FAIL: Outcome = "fail"
UNKNOWN: Outcome = "unknown"


class Counts(NamedTuple):
    """How often a rule had each outcome."""

    passed: int
    failed: int
    unknown: int


def outcome(verdict: bool | None) -> Outcome:
    """What the value of a rule's expression means for the row."""
    if verdict is None:
        return UNKNOWN
    return PASS if verdict else FAIL


def violates(verdict: bool | None, on_null: OnNull = "fail") -> bool:
    """Whether a row counts against the rule: it failed, or it is unknown and that is to count as a failure."""
    return on_null == "fail" if verdict is None else not verdict


def applied(applies: bool | None, verdict: bool | None) -> bool | None:
    """The verdict of a rule with a `when`: a row that it does not apply to passes; Kleene's implication."""
    if applies is False or verdict is True:
        return True
    return None if applies is None or verdict is None else False


def count(verdicts: Iterable[bool | None]) -> Counts:
    """The three outcomes, counted."""
    found = [outcome(each) for each in verdicts]
    return Counts(found.count(PASS), found.count(FAIL), found.count(UNKNOWN))
