"""What a comparison found, as values."""

from __future__ import annotations

from typing import NamedTuple

from peakguard.diagnostics import codes
from peakguard.diagnostics.diagnostic import ERROR, Diagnostic
from peakguard.diagnostics.span import Span
from peakguard.language.change import Grade, Level, Perspective


class Policy(NamedTuple):
    """The identity of a policy: a file that moves keeps it."""

    kind: str
    name: str

    def __str__(self) -> str:
        return f"{self.kind} {self.name}"


class Effect(NamedTuple):
    """Something computed that a change moves, such as a worst case, before and after, in words."""

    name: str
    old: str
    new: str


class Change(NamedTuple):
    """One element that means something else than before.

    `what` is added, removed or changed. Places are None where the element is not there. `element` is its path,
    joined by dots; `inherited` says that both versions take it over from another policy. `reason` is that of the
    `accept:` line which covers it.
    """

    policy: Policy
    element: str
    what: str
    old: str | None
    new: str | None
    old_place: Span | None
    new_place: Span | None
    grade: Grade
    level: Level
    effects: tuple[Effect, ...] = ()
    inherited: bool = False
    reason: str | None = None

    @property
    def words(self) -> str:
        """The change in a few words: `0 → 1`, `added`, `removed: 5`."""
        if self.what == "changed":
            return f"{self.old} → {self.new}"
        value = self.new if self.what == "added" else self.old
        return f"{self.what}: {value}" if value else self.what

    @property
    def code(self) -> str | None:
        """The code of the finding that it is while nobody accepts it."""
        if self.is_accepted:
            return None
        if self.grade.is_final:
            return codes.CHANGE_REFUSED
        return codes.RISK_NOT_ACCEPTED if self.level == "risk" else codes.BREAK_NOT_ACCEPTED

    @property
    def is_accepted(self) -> bool:
        """Whether nobody has to say anything more about it."""
        return self.level in ("patch", "minor") or (self.reason is not None and not self.grade.is_final)


class Bump(NamedTuple):
    """The version of a policy, before and after, with the least that its changes ask for."""

    policy: Policy
    old: str
    new: str
    level: Level
    needed: str
    is_enough: bool


class Difference(NamedTuple):
    """Two sides, all changes between them, the versions, and what is wrong with it all.

    `old` and `new` say what was compared; `findings` are of the two sides and of what was left unsaid, those of
    severity `error` being what must be accepted or bumped.
    """

    old: str
    new: str
    perspective: Perspective
    changes: tuple[Change, ...]
    bumps: tuple[Bump, ...]
    findings: tuple[Diagnostic, ...]

    @property
    def refused(self) -> tuple[Diagnostic, ...]:
        """What must be accepted, bumped or taken back; empty where the change may be merged."""
        return tuple(finding for finding in self.findings if finding.severity == ERROR)

    @property
    def summary(self) -> dict[str, int]:
        """How many changes there are of each level, the worst first."""
        return {
            level: sum(1 for change in self.changes if change.level == level)
            for level in ("breaking", "risk", "minor", "patch")
        }
