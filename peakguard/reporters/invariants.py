"""What became of invariants, in words that all forms of the report share."""

from __future__ import annotations

from peakguard.runtime.invariant import Breach, Call, InvariantOutcome, Verification

STATUS = {"pass": "pass", "idle": "never exercised", "skipped": "skipped"}


def status(outcome: InvariantOutcome, *, is_enforced: bool) -> str:
    """`pass`, `idle`, `skipped`, or how bad it is: `halt`, `error`, `warning`, `record`, `observed`."""
    if outcome.state == "skipped":
        return "skipped"
    if outcome.broken:
        return outcome.severity if is_enforced and outcome.is_enforced else "observed"
    return "idle" if outcome.is_idle else "pass"


def headline(verification: Verification) -> str:
    """The one word for a file: `pass`, `FAIL`, or `observed` for breaches that nothing is done about."""
    if verification.breaches:
        return "FAIL"
    return "observed" if any(each.broken for each in verification.outcomes) else "pass"


def tally(verification: Verification) -> str:
    """How many of the invariants are broken, idle and skipped."""
    found = verification.outcomes
    broken = sum(1 for each in found if each.broken)
    parts = [f"{len(found) - broken} of {len(found)} hold"]
    if verification.idle:
        parts.append(f"{len(verification.idle)} of them never exercised")
    skipped = sum(1 for each in found if each.state == "skipped")
    return ", ".join([*parts, *([f"{skipped} skipped"] if skipped else [])])


def counted(outcome: InvariantOutcome) -> str:
    """How often it was asked and what came of it."""
    if outcome.form == "after":
        waits = f"{outcome.evaluations:,} waits, {outcome.passed:,} ended in time, {outcome.failed:,} too late"
        return f"{waits}, {outcome.open:,} still open at the end" if outcome.open else waits
    if outcome.form in ("at_end", "eventually"):
        return "asked at the end"
    parts = [f"{outcome.evaluations:,} steps"]
    if outcome.exercised != outcome.evaluations:
        parts.append(f"exercised at {outcome.exercised:,}")
    for number, word in ((outcome.failed, "failed"), (outcome.unknown, "unknown")):
        if number:
            parts.append(f"{number:,} {word}")
    if outcome.broken not in (0, outcome.failed + outcome.unknown):
        parts.append(f"{outcome.broken:,} beyond its grace")
    return ", ".join(parts)


def closest(call: Call) -> str:
    """How close it came to its bound."""
    if call.kind == "used":
        return f"closest at step {call.step:,}: {call.measure:.3g} of its tolerance used ({values(call.values)})"
    return f"closest at step {call.step:,}: {call.measure:.6g} from the bound ({values(call.values)})"


def breach_line(breach: Breach) -> str:
    """Where it was broken first, and by what."""
    group = f" of {', '.join(map(str, breach.group))}" if breach.group else ""
    verb = "could not be evaluated" if breach.is_unknown else "was broken"
    return f"{verb} first at step {breach.step:,}{group}{_by(breach)}: {values(breach.values)}"


def _by(breach: Breach) -> str:
    """How far it is beyond its bound: a distance is below zero there, the used part of a tolerance above one."""
    if breach.measure is None or breach.is_unknown:
        return ""
    if breach.measure == 0:
        return ", exactly at its bound"
    return f", by {-breach.measure:.6g}" if breach.measure < 0 else f", at {breach.measure:.4g} times its tolerance"


_LONGEST = 120


def values(pairs: object) -> str:
    """Fields with what they show, shortened."""
    assert hasattr(pairs, "items")
    found = []
    for name, value in pairs.items():
        text = "null" if value is None else str(value)
        found.append(f"{name}={text if len(text) <= _LONGEST else f'{text[:_LONGEST]}…'}")
    return "  ".join(found)
