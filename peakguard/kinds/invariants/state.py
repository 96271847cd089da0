"""The promise of the state itself: every value of a step is of its type."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from peakguard.runtime.invariant import Breach, InvariantOutcome, Nearest

ASKS = "every value is of its type"


class StateTally:
    """Steps that show a value which is none of its type; nothing else is asked of them."""

    def __init__(self, table: Mapping[str, Any], mode: str) -> None:
        self._table = table
        self._forms = {field["name"]: field for field in table["state"]}
        self.refuses = mode == "enforce"
        self.failed = 0
        self.first: Breach | None = None

    def odd(self, step: int, name: str, value: Any) -> Breach:
        """One more of them."""
        self.failed += 1
        breach = odd_breach(self._table, step, name, value)
        if self.first is None:
            self.first = breach
        return breach

    def outcome(self, steps: int) -> InvariantOutcome:
        """What became of it."""
        return state_outcome(self._table, steps, self.failed, self.first, is_enforced=self.refuses)


def state_outcome(
    table: Mapping[str, Any], steps: int, failed: int, first: Breach | None, *, is_enforced: bool
) -> InvariantOutcome:
    """The outcome of the promise over some steps."""
    told = ("always", table["error"], "error", "run", None)
    counts = (steps, steps, steps - failed, failed, 0, 0, failed)
    return InvariantOutcome("state", ASKS, *told, *counts, Nearest(None), first, is_enforced)


def odd_breach(table: Mapping[str, Any], step: int, name: str, value: Any) -> Breach:
    """The breach of a step whose field has a value that is none of its type."""
    field = next(each for each in table["state"] if each["name"] == name)
    form = field["form"] if isinstance(field["form"], str) else next(iter(field["form"]))
    finite = "finite " if form == "float64" and field["finite"] else ""
    return Breach(
        f"state.{name}",
        f"{name} is {finite}{form}",
        table["error"],
        "error",
        None,
        step,
        (),
        False,
        None,
        {name: value},
    )  # the fields in order
