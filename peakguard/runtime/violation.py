"""What is wrong with data, as values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple


class Example(NamedTuple):
    """One offending row: its number from 0, its key, and the values that the rule reads."""

    row: int
    key: Mapping[str, Any]
    values: Mapping[str, Any]


class Gap(NamedTuple):
    """A place where rows are missing within a `group`: between the rows with the times `start` and `end`.

    `row` is the number of the row after the gap, `missing` says how many rows were expected between the two.
    """

    row: int
    group: Mapping[str, Any]
    start: Any
    end: Any
    missing: int


class Gaps(NamedTuple):
    """All gaps that break a cadence: how many, how many rows are missing in them together, and the first of them."""

    number: int
    missing: int
    shown: tuple[Gap, ...]


class Violation(NamedTuple):
    """A rule that refuses the data.

    `counts` says what `failed` and `unknown` count: `rows`, `groups`, or `frames` where the data are
    judged as a whole. `rows` are the numbers (from 0) of all rows that count against the rule, unknown
    ones among them where the rule says `on_null: fail`; of a group its first row; of a frame none.
    `gaps` are there where the rule is a cadence.
    """

    rule: str
    error: str | None
    severity: str
    message: str | None
    failed: int
    unknown: int
    rows: Sequence[int]
    examples: tuple[Example, ...]
    counts: str = "rows"
    gaps: Gaps | None = None

    @property
    def is_of_rows(self) -> bool:
        """Whether the data hold without the rows against it: a gap stays where it is, whichever row is left out."""
        return self.counts == "rows" and self.gaps is None

    @property
    def reads(self) -> tuple[str, ...]:
        """The columns that the rule is known to read: that of a constraint, and those of the shown rows."""
        shown = [name for example in self.examples for name in example.values]
        own = [self.rule.split(".")[1]] if self.rule.startswith("columns.") else []
        return tuple(dict.fromkeys([*own, *shown]))


class RuleOutcome(NamedTuple):
    """What became of one rule: `run` with three counts, or `skipped` with the reason.

    `unproven` names the function that the rule calls, if it does; `sampled` says how many rows
    of how many were looked at, where these are not all; `note` says what was done to a column; `by_statistics`
    that the values were not read, since the file says enough of them.
    """

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
    unproven: str | None = None
    sampled: tuple[int, int] | None = None
    note: str | None = None
    by_statistics: bool = False

    @property
    def caveats(self) -> tuple[str, ...]:
        """What has to be known to take the outcome for what it is, in words."""
        said = []
        if self.unproven is not None:
            said.append(f"unproven: what {self.unproven} does is not checked")
        if self.sampled is not None:
            said.append(f"sampled: {self.sampled[0]} of {self.sampled[1]} rows were looked at")
        if self.note is not None:
            said.append(self.note)
        if self.by_statistics:
            said.append("by statistics: taken from what the file says of the column, which was not read")
        return tuple(said)


class Verdict(NamedTuple):
    """The outcome of a whole contract: every rule is there, run or skipped.

    `is_enforced` is false where the contract only observes.
    """

    contract: str
    version: str
    rows: int
    rules: tuple[RuleOutcome, ...]
    is_enforced: bool = True

    @property
    def violations(self) -> tuple[Violation, ...]:
        """What refuses the data; empty means that it passes."""
        return tuple(rule.violation for rule in self.rules if rule.refuses and rule.violation is not None)


class Output(NamedTuple):
    """What became of a file that rows were to be written to.

    `role` is `valid` for rows that pass and `quarantine` for rows that are set aside. Without a digest nothing was
    written, and `reason` says why.
    """

    role: str
    path: str
    rows: int = 0
    digest: str | None = None
    reason: str | None = None


def describe(violation: Violation) -> str:
    """A violation in one line."""
    code = f" [{violation.error}]" if violation.error else ""
    if violation.counts == "frames":
        return f"{violation.rule}{code}: {violation.message or 'does not hold'}"
    count = len(violation.rows)
    counted = f"{count} {violation.counts if count != 1 else violation.counts.removesuffix('s')}"
    words = f"{violation.message.rstrip('.')}: " if violation.message else ""
    if not violation.examples:
        return f"{violation.rule}{code}: {words}{counted}"
    first = violation.examples[0]
    values = ", ".join(f"{name}={value}" for name, value in {**first.key, **first.values}.items())
    return f"{violation.rule}{code}: {words}{counted}, first row {first.row}: {values}"
