"""What is wrong with data, as values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple


class Example(NamedTuple):
    """One offending row: its number from 0, its key, and the values that the rule reads."""

    row: int
    key: Mapping[str, Any]
    values: Mapping[str, Any]


class Violation(NamedTuple):
    """A rule that refuses the data.

    `failed` and `unknown` count rows; `rows` are the numbers (from 0) of all rows that count against
    the rule, unknown ones among them where the rule says `on_null: fail`.
    """

    rule: str
    error: str | None
    severity: str
    message: str | None
    failed: int
    unknown: int
    rows: tuple[int, ...]
    examples: tuple[Example, ...]


class RuleOutcome(NamedTuple):
    """What became of one rule: `run` with three counts, or `skipped` with the reason."""

    id: str
    error: str | None
    severity: str
    state: str
    reason: str | None
    passed: int
    failed: int
    unknown: int
    violation: Violation | None
    refuses: bool


class Verdict(NamedTuple):
    """The outcome of a whole contract: every rule is there, run or skipped."""

    contract: str
    version: str
    rows: int
    rules: tuple[RuleOutcome, ...]

    @property
    def violations(self) -> tuple[Violation, ...]:
        """What refuses the data; empty means that it passes."""
        return tuple(rule.violation for rule in self.rules if rule.refuses and rule.violation is not None)


def describe(violation: Violation) -> str:
    """A violation in one line."""
    count = len(violation.rows)
    rows = f"{count} row{'s' if count != 1 else ''}" if count else "the data as a whole"
    code = f" [{violation.error}]" if violation.error else ""
    first = violation.examples[0] if violation.examples else None
    if first is None:
        return f"{violation.rule}{code}: {rows}"
    values = ", ".join(f"{name}={value}" for name, value in {**first.key, **first.values}.items())
    return f"{violation.rule}{code}: {rows}, first row {first.row}: {values}"
