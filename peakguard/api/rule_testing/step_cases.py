"""Steps for invariants: watched one by one, queried as a whole, and by what the invariants mean."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

from peakguard.api.rule_testing.outcome import FAILS, PASSES, UNKNOWN, Mismatch, shown
from peakguard.api.rule_testing.rules import Expected, Judged, Ran, compare
from peakguard.api.rule_testing.table_files import write_table
from peakguard.kinds.invariants.model import Invariants
from peakguard.kinds.invariants.monitor import Monitor
from peakguard.kinds.invariants.reference import Meaning, meaning
from peakguard.kinds.test.model import InvariantsCase
from peakguard.kinds.test.tables import records
from peakguard.runtime.errors import InvariantViolation
from peakguard.runtime.invariant import InvariantOutcome, Verification
from peakguard.runtime.policy_set import PolicySet
from peakguard.runtime.values import parts


class Walked(NamedTuple):
    """What a monitor tells: outcomes by invariant, with those of each step; and the code that each step raises.

    `end` is what `close` raises. Where a step halts the run, nothing is known of the steps after it.
    """

    judged: Mapping[str, Judged]
    verification: Verification
    raised: Mapping[int, str | None]
    end: str | None
    refused: bool


def run_case(spec: Invariants, policies: PolicySet, case: InvariantsCase, expected: Expected) -> Ran:
    """Watch the steps on every back end. Raises PeakguardError for steps that cannot be read."""
    table = policies.tables("invariants")[spec.name]
    steps = [{**case.defaults, **row} for row in _values(table, case)]
    walked = walk(table, steps)
    with TemporaryDirectory(prefix="peakguard-") as folder:
        path = write_table(os.path.join(folder, "steps"), case.steps, case.defaults, spec.state)
        found, rows, numbers = _queried(table, path)
    meant = meaning(spec, rows, numbers)
    mismatches = [*compare(expected, walked.judged), *_of_steps(expected, walked)]
    mismatches += _disagreements(expected, walked, found, meant)
    return Ran(walked.judged, ("monitor", "polars", "reference"), mismatches)


def _values(table: Mapping[str, Any], case: InvariantsCase) -> list[dict[str, Any]]:
    """The steps as a program would show them; cells of CSV are read by the type of their field."""
    rows = records(case.steps)
    if not isinstance(case.steps, str):
        return rows
    kinds = {field["name"]: field["form"] for field in table["state"]}
    return [{name: _read(cell, kinds.get(name)) for name, cell in row.items()} for row in rows]


def _read(cell: str, form: Any) -> Any:
    kind = parts(form)[0] if isinstance(form, str) else ""
    try:
        if kind == "float64":
            return float(cell)
        if kind == "int64":
            return int(cell)
        if kind in ("bool", "duration"):
            return json.loads(cell)
    except ValueError:
        pass  # a value that is none of its type, which is for the monitor to say
    return cell


def walk(table: Mapping[str, Any], steps: Sequence[Mapping[str, Any]]) -> Walked:
    """Show the steps to two monitors: one that observes, and one that acts."""
    names = [field["name"] for field in table["state"]]
    observing = Monitor(_kept(table), None, "observe")
    before = {each.id: each for each in observing.outcome().outcomes}
    at: dict[str, dict[int, str]] = {name: {} for name in before}
    against: dict[str, set[int]] = {name: set() for name in before}
    for number, step in enumerate(steps, 1):
        observing.step(**{name: step.get(name) for name in names})
        after = {each.id: each for each in observing.outcome().outcomes}
        for name, outcome in after.items():
            word = _changed(before[name], outcome)
            if word is not None:
                at[name][number] = word
            if outcome.broken > before[name].broken and outcome.form not in ("at_end", "eventually"):
                against[name].add(number)
        before = after
    verification = observing.outcome()
    judged = {each.id: _judged(each, at[each.id], frozenset(against[each.id])) for each in verification.outcomes}
    raised, end = _enforced(table, steps, names)
    refused = bool(end) or any(code is not None for code in raised.values())
    return Walked(judged, verification, raised, end, refused)


def _kept(table: Mapping[str, Any]) -> Mapping[str, Any]:
    """The table of a monitor that observes whatever its policy says."""
    return {**table, "mode": "enforce"} if table["mode"] == "off" else table


def _changed(before: InvariantOutcome, after: InvariantOutcome) -> str | None:
    """What one step has added to an invariant; None where it was not asked."""
    if after.form in ("at_end", "eventually"):
        return None
    if after.failed > before.failed:
        return FAILS
    if after.unknown > before.unknown:
        return UNKNOWN
    return PASSES if after.passed > before.passed else None


def _judged(each: InvariantOutcome, at: Mapping[int, str], against: frozenset[int]) -> Judged:
    is_ended = each.form in ("at_end", "eventually") and each.broken > 0
    return Judged(each.id, each.state, each.passed, each.failed, each.unknown, at, against, is_broken=is_ended)


def _enforced(
    table: Mapping[str, Any], steps: Sequence[Mapping[str, Any]], names: Sequence[str]
) -> tuple[dict[int, str | None], str | None]:
    """By step the code that a monitor raises which acts, up to the step that halts the run; and that of its end."""
    halting = {each["id"] for each in table["invariants"] if each["severity"] == "halt"}
    # A run that is halted leaves its last steps in a file; a test leaves nothing.
    milder = [{**each, "severity": "error"} if each["id"] in halting else each for each in table["invariants"]]
    monitor = Monitor({**_kept(table), "invariants": milder}, None)
    raised: dict[int, str | None] = {}
    for number, step in enumerate(steps, 1):
        raised[number] = None
        try:
            monitor.step(**{name: step.get(name) for name in names})
        except InvariantViolation as error:
            raised[number] = _code_of(error)
            if any(breach.id in halting for breach in error.breaches):
                return raised, None
    try:
        monitor.close()
    except InvariantViolation as error:
        return raised, _code_of(error)
    return raised, None


def _code_of(error: InvariantViolation) -> str:
    return next((breach.error for breach in error.breaches if breach.error), None) or error.code


def _of_steps(expected: Expected, walked: Walked) -> Iterator[Mismatch]:
    for index, each in enumerate(expected.expects):
        if each.raises is not None:
            got = walked.end if each.step is None else walked.raised.get(each.step)
            if got != each.raises:
                what = f"step {each.step}" if each.step is not None else "the end"
                halted = each.step is not None and each.step not in walked.raised
                told = "the run was halted before it" if halted else shown(got)
                yield Mismatch("expectation", expected.span(index, "raises"), what, each.raises, told)
        if each.verdict is not None and each.verdict != ("fail" if walked.refused else "pass"):
            got = "fail" if walked.refused else "pass"
            yield Mismatch("expectation", expected.span(index, "verdict"), "verdict", each.verdict, got)


def _queried(table: Mapping[str, Any], path: str) -> tuple[Verification, list[dict[str, Any]], list[int]]:
    """What one query over all steps finds; and the sound steps, with their numbers."""
    from peakguard.engines.polars.rows import canonical_rows
    from peakguard.engines.polars.step_rows import STEP, read_steps, step_rows
    from peakguard.kinds.invariants.choosing import draws
    from peakguard.kinds.invariants.verifying import verification

    data, form = read_steps(path)
    found = verification(_kept(table), data, **form)
    rows = step_rows(table, data, draws(table["steps"]), **form)
    numbers = rows.sound[STEP].to_list()
    return found, canonical_rows(rows.sound.drop(STEP)), numbers


def _disagreements(
    expected: Expected, walked: Walked, found: Verification, meant: Mapping[str, Meaning]
) -> Iterator[Mismatch]:
    span = expected.document.key_span(*expected.path, "steps")
    query = {each.id: _counts(each) for each in found.outcomes}
    for each in walked.verification.outcomes:
        mine = _counts(each)
        others = {"polars": query.get(each.id)}
        if each.id in meant:
            told = meant[each.id]
            others["reference"] = (told.evaluations, told.exercised, told.failed, told.unknown, told.open, told.broken)
        for name, theirs in others.items():
            if each.state == "run" and theirs != mine:
                yield Mismatch("disagreement", span, f"{each.id}: monitor and {name}", str(mine), str(theirs))


def _counts(each: InvariantOutcome) -> tuple[int, ...]:
    return each.evaluations, each.exercised, each.failed, each.unknown, each.open, each.broken
