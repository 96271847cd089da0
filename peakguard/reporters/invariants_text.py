"""What became of invariants for people: what broke first, what was never exercised, how close the rest came."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from peakguard.reporters.invariants import breach_line, closest, counted, headline, status, tally, values
from peakguard.reporters.visible import visible
from peakguard.runtime.invariant import InvariantOutcome, Verification

_RED, _YELLOW, _GREEN, _BOLD, _RESET = "\x1b[31m", "\x1b[33m", "\x1b[32m", "\x1b[1m", "\x1b[0m"
_BEFORE = 3


def render(found: Mapping[str, Verification], *, colour: bool = False) -> str:
    """The reports of all files."""
    return "\n".join(_file(path, each, colour=colour) for path, each in found.items())


def _file(path: str, verification: Verification, *, colour: bool) -> str:
    lines = [line for each in verification.outcomes for line in _outcome(each, verification, colour=colour)]
    word = headline(verification)
    shown = f"{_BOLD}{_RED if word == 'FAIL' else _GREEN}{word}{_RESET}" if colour else word
    steps = f"{verification.steps:,} steps of {verification.policy} {verification.version}"
    return "\n".join([*lines, f"{shown}: {visible(path)}: {steps}: {tally(verification)}"]) + "\n"


def _outcome(outcome: InvariantOutcome, verification: Verification, *, colour: bool) -> Iterator[str]:
    word = status(outcome, is_enforced=verification.is_enforced)
    code = f"[{outcome.error}]" if outcome.error and outcome.broken else ""
    head = f"{'never exercised' if word == 'idle' else word}{code}"
    if colour and word not in ("pass", "skipped"):
        head = f"{_BOLD}{_RED if outcome.refuses else _YELLOW}{head}{_RESET}"
    if word == "skipped":
        yield f"skipped {outcome.id}: {outcome.reason}"
        return
    yield f"{head}: {outcome.id}: {counted(outcome)}"
    if outcome.first is not None:
        first = outcome.first
        yield f"  `{visible(first.asks)}` {visible(breach_line(first))}"
        if first.message:
            yield f"  {visible(first.message)}"
        for step in first.before[-_BEFORE:]:
            yield f"  step {step.number:,}: {visible(values(step.values))}"
    if outcome.closest is not None:
        yield f"  {visible(closest(outcome.closest))}"
