"""From what a query has found of a whole result to the outcome of every invariant."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from peakguard.kinds.invariants.choosing import draws
from peakguard.kinds.invariants.monitor import skipped
from peakguard.kinds.invariants.state import odd_breach, state_outcome
from peakguard.runtime.invariant import Breach, InvariantOutcome, Verification

if TYPE_CHECKING:
    from peakguard.engines.polars.steps import Found, Steps


def verification(table: Mapping[str, Any], data: Any, *, is_text: bool = False, is_json: bool = False) -> Verification:
    """The outcome of a policy over the rows of a frame. Raises PeakguardError (PG2063) for one that does not fit."""
    from peakguard.engines.polars.steps import Steps

    is_enforced = table["mode"] == "enforce"
    steps = Steps(table, data, draws(table["steps"]), is_text=is_text, is_json=is_json)
    outcomes = [_state(table, steps, is_enforced=is_enforced)]
    outcomes += [_outcome(each, steps.find(each), is_enforced=is_enforced) for each in table["invariants"]]
    outcomes += [skipped(name) for name in table["off"]]
    return Verification(table["name"], table["version"], steps.number, tuple(outcomes), is_enforced)


def _state(table: Mapping[str, Any], steps: Steps, *, is_enforced: bool) -> InvariantOutcome:
    first = steps.first_odd()
    breach = odd_breach(table, *first) if first is not None else None
    return state_outcome(table, steps.number, steps.odd, breach, is_enforced=is_enforced)


def _outcome(each: Mapping[str, Any], found: Found, *, is_enforced: bool) -> InvariantOutcome:
    told = (each["error"], each["severity"])
    first = None
    if found.first is not None:
        step, group, is_unknown, measure, values, before = found.first
        first = Breach(
            each["id"], each["asks"], *told, each["message"], step, group, is_unknown, measure, values, before
        )
    counts = (
        found.evaluations, found.exercised, found.evaluations - found.failed - found.unknown - found.open,
        found.failed, found.unknown, found.open, found.broken,
    )  # fmt: skip # the fields in order
    enforced = is_enforced and each["mode"] == "enforce"
    return InvariantOutcome(
        each["id"], each["asks"], each["form"], *told, "run", None, *counts, found.nearest, first, enforced
    )
