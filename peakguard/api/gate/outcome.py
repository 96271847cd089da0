"""What comes of checks, as values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, NamedTuple

State = Literal["passed", "failed", "inconclusive", "skipped"]


def number(count: int, one: str, many: str | None = None) -> str:
    """A number with its noun: `1 policy`, `7 policies`."""
    return f"{count} {one if count == 1 else many or f'{one}s'}"


class Outcome(NamedTuple):
    """What one check gives: what was found in a line, what to do about it, more lines, and JSON values."""

    state: State
    found: str
    todo: str = ""
    details: tuple[str, ...] = ()
    data: Mapping[str, Any] = {}


class Row(NamedTuple):
    """A check of a gate that was run: its name, its outcome, and the seconds that it took."""

    name: str
    outcome: Outcome
    seconds: float


class Gated(NamedTuple):
    """What came of a gate. `budget` is in seconds; `mode` is that of the policy."""

    gate: str
    version: str
    profile: str
    mode: str
    rows: tuple[Row, ...]
    seconds: float
    budget: float

    @property
    def is_over_budget(self) -> bool:
        """Whether all checks together took longer than they may."""
        return self.seconds > self.budget

    @property
    def is_green(self) -> bool:
        """Whether the change may go in: nothing failed or undecided, within the budget."""
        return not self.is_over_budget and all(row.outcome.state in ("passed", "skipped") for row in self.rows)

    def plain(self) -> dict[str, Any]:
        """JSON values."""
        return {
            "version": 1,
            "gate": self.gate,
            "gate_version": self.version,
            "profile": self.profile,
            "mode": self.mode,
            "verdict": "passed" if self.is_green else "failed",
            "seconds": round(self.seconds, 3),
            "budget": self.budget,
            "over_budget": self.is_over_budget,
            "checks": [
                {"check": row.name, **row.outcome._asdict(), "seconds": round(row.seconds, 3)} for row in self.rows
            ],
        }
