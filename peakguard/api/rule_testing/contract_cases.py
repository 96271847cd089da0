"""Rows for a contract: judged as a file in memory and in batches, and by every back end of its rules."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple, cast

from peakguard.api.rows import Rows, canonical
from peakguard.api.rule_testing.demands import Meaning, Ready, meanings, ready
from peakguard.api.rule_testing.outcome import FAILS, PASSES, UNKNOWN, Mismatch, shown
from peakguard.api.rule_testing.rules import Expected, Judged, Ran, compare
from peakguard.api.rule_testing.table_files import write_table
from peakguard.kinds.contract.model import Contract
from peakguard.kinds.contract.trial import Trial, try_file
from peakguard.kinds.test.expected import OfRow
from peakguard.kinds.test.model import ContractCase
from peakguard.runtime.values import NotAValue
from peakguard.runtime.violation import RuleOutcome, Verdict

_OF_THE_WHOLE = ("rows", "freshness")
"""What is asked of the data as a whole beside dataset rules."""
_START = datetime(2026, 1, 1, tzinfo=UTC)


class Subject(NamedTuple):
    """A contract as its tests use it; its demands are typed once. `plans` are those of all contracts,
    `database` is where SQL runs."""

    spec: Contract
    plans: Mapping[str, Any]
    demands: Sequence[Ready]
    database: Any

    @classmethod
    def of(cls, spec: Contract, plans: Mapping[str, Any], database: Any) -> Subject:
        """A contract that `check` found no error in."""
        return cls(spec, plans, ready(spec), database)


def run_case(subject: Subject, case: ContractCase, expected: Expected) -> Ran:
    """Judge the rows on every back end. Raises PeakguardError for rows that cannot be read."""
    from peakguard.engines.polars.lookups import Other
    from peakguard.engines.polars.rows import canonical_rows

    plan = subject.plans[subject.spec.name]
    with TemporaryDirectory(prefix="peakguard-") as folder:
        path = write_table(os.path.join(folder, "rows"), case.rows, case.defaults)
        others = {
            name: Other(subject.plans[name], write_table(os.path.join(folder, f"other-{place}"), table, {}))
            for place, (name, table) in enumerate(case.references.items())
        }
        trial = try_file(plan, path, _moment(case.now), others)
        rows = _rows_of(subject.spec, trial.frame, canonical_rows(trial.frame))
    found = {each.demand.id: each for each in meanings(subject.demands, rows, subject.database)}
    judged = {each.id: _judged(each, found.get(each.id)) for each in trial.whole.rules}
    mismatches = [*compare(expected, judged), *_of_rows(expected, trial, rows)]
    mismatches += _disagreements(expected, trial, found)
    back_ends = ["polars", "polars in batches", "reference"]
    back_ends += dict.fromkeys(name for each in found.values() for name in each.differing)
    return Ran(judged, tuple(back_ends), mismatches)


def _moment(text: str | None) -> datetime:
    if text is None:
        return _START
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)


def _rows_of(spec: Contract, frame: Any, values: list[dict[str, Any]]) -> Rows:
    from peakguard.expression.types import Column
    from peakguard.language.typed import type_of

    names = list(frame.columns)
    columns = {name: Column(type_of(spec.columns[name]), nullable=True, finite=False) for name in names}
    return Rows(columns, values)


def _judged(outcome: RuleOutcome, meaning: Meaning | None) -> Judged:
    violation = outcome.violation
    against = frozenset(violation.rows) if violation is not None else frozenset()
    is_asked = outcome.id not in _OF_THE_WHOLE and (meaning is None or not meaning.demand.is_dataset)
    counts = (outcome.passed, outcome.failed, outcome.unknown)
    if meaning is not None and not meaning.demand.is_dataset:
        at = {row: _word(verdict) for row, verdict in enumerate(meaning.verdicts)}
    elif violation is not None and violation.counts == "frames":
        return Judged(outcome.id, outcome.state, *counts, is_asked=is_asked, is_broken=True)
    else:
        # Of the rest the engine says which rows are against it, and all others pass.
        return Judged(outcome.id, outcome.state, *counts, dict.fromkeys(against, FAILS), against, is_asked, PASSES)
    return Judged(outcome.id, outcome.state, *counts, at, against, is_asked)


def _word(verdict: bool | None) -> str:
    return UNKNOWN if verdict is None else PASSES if verdict else FAILS


def _of_rows(expected: Expected, trial: Trial, rows: Rows) -> Iterator[Mismatch]:
    """What is expected of values, of rows that are left out, and of the data as a whole."""
    whole: dict[str, Any] = {
        "verdict": "fail" if trial.whole.violations else "pass",
        "error": trial.raises,
        "kept": 0 if trial.is_refused else trial.whole.rows - len(trial.dropped),
    }
    for index, each in enumerate(cast("Sequence[OfRow]", expected.expects)):
        for key, got in whole.items():
            wanted = getattr(each, key)
            if wanted is not None and wanted != got:
                yield Mismatch("expectation", expected.span(index, key), key, shown(wanted), shown(got))
        if each.row is None:
            continue
        if each.dropped is not None and each.dropped != (each.row in trial.dropped):
            got = "left out" if each.row in trial.dropped else "kept"
            span, what = expected.span(index, "dropped"), f"row {each.row}"
            yield Mismatch("expectation", span, what, "left out" if each.dropped else "kept", got)
        for name, value in each.values.items():
            got = rows.values[each.row].get(name)
            if not _is_value(name, value, got, rows):
                what = f"{name} of row {each.row}"
                yield Mismatch("expectation", expected.span(index, "values", name), what, shown(value), shown(got))


def _is_value(name: str, value: Any, got: Any, rows: Rows) -> bool:
    from peakguard.runtime.errors import PeakguardError

    column = rows.columns.get(name)
    try:
        return column is not None and bool(canonical(name, value, column.type) == got)
    except (PeakguardError, NotAValue):
        return False


def _disagreements(expected: Expected, trial: Trial, found: Mapping[str, Meaning]) -> Iterator[Mismatch]:
    """Where the two ways of the engine differ, and where a back end differs from the reference."""
    span = expected.document.key_span(*expected.path, "rows")
    one, other = _told(trial.whole), _told(trial.in_batches)
    for rule in sorted({*one, *other}):
        if one.get(rule) != other.get(rule):
            what = f"{rule}: in memory and in batches"
            yield Mismatch("disagreement", span, what, shown(one.get(rule)), shown(other.get(rule)))
    for outcome in trial.whole.rules:
        meaning = found.get(outcome.id)
        if outcome.state != "run" or meaning is None:
            continue
        for name, places in meaning.differing.items():
            for place in places[:1]:
                what = f"{outcome.id} of row {place}: reference and {name}"
                yield Mismatch("disagreement", span, what, _word(meaning.verdicts[place]), "something else")
        counts = [meaning.verdicts.count(each) for each in (True, False, None)]
        excused = _excused(outcome, trial)
        if not excused and counts != [outcome.passed, outcome.failed, outcome.unknown]:
            got = f"{outcome.passed} passed, {outcome.failed} failed, {outcome.unknown} unknown"
            told = f"{counts[0]} passed, {counts[1]} failed, {counts[2]} unknown"
            yield Mismatch("disagreement", span, f"{outcome.id}: reference and polars", told, got)


def _excused(outcome: RuleOutcome, trial: Trial) -> bool:
    """Whether the engine may leave rows alone: a cell that could not be read, or a row that is exempt."""
    unread = any(each.id == outcome.id.replace(".not_null", ".type") for each in trial.whole.rules)
    return (unread and outcome.id.endswith(".not_null")) or outcome.id in trial.exempted


def _told(verdict: Verdict) -> dict[str, tuple[Any, ...]]:
    """What an engine says of each rule; of rows it gives all numbers."""
    found = {}
    for each in verdict.rules:
        rows = list(each.violation.rows) if each.violation is not None else []
        found[each.id] = (each.state, each.passed, each.failed, each.unknown, rows)
    return found
