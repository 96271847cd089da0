"""Each critical path is proven against each of its faults: a test passes that was seen to fail with a mutant."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from peakguard.api.gate.named_tests import missing
from peakguard.api.gate.outcome import Outcome
from peakguard.api.gate.proofs import Record, read_record
from peakguard.api.gate.proving import Told, run_tests
from peakguard.api.gate.subject import Subject

_NOT_RUN = Told("not run")


class _Judged(NamedTuple):
    row: Mapping[str, Any]
    is_run: bool
    problem: str
    """Why the row is not proven; empty where it is."""
    is_failing: bool


def check(subject: Subject) -> Outcome:
    """Red where too few rows are proven, a critical one is not, or a test of the catalogue that was run fails."""
    said = subject.table["critical_paths"]
    rows: list[dict[str, Any]] = said["catalogue"]
    record = read_record(said["mutants"], subject.root)
    gone = {row["proven_by"]: problem for row in rows if (problem := missing(subject.root, row["proven_by"]))}
    chosen = _chosen(subject, rows, record)
    wanted = sorted({row["proven_by"] for row in chosen} - gone.keys())
    subject.told(f"critical_paths: {len(wanted)} tests of {len({row['proven_by'] for row in rows})}")
    told: Mapping[str, Told] = {}
    if wanted:
        told = run_tests(wanted, said["runner"], subject.root, subject.environment(), subject.left()).tests
    judged = [_judged(row, any(row is each for each in chosen), record, gone, told) for row in rows]
    return _outcome(judged, said, subject.profile["paths"])


def _chosen(subject: Subject, rows: Sequence[dict[str, Any]], record: Record) -> list[dict[str, Any]]:
    """The rows whose tests are run: all, or the critical ones and those of which a file has changed."""
    if subject.profile["paths"] == "all":
        return list(rows)
    changed = subject.base().changed()
    return [row for row in rows if row["critical"] or _files(row, record) & changed]


def _files(row: Mapping[str, Any], record: Record) -> set[str]:
    proof = record.find(row["mutant"], row["proven_by"])
    return {row["proven_by"].partition("::")[0], *(proof.files if proof is not None else ())}


def _judged(
    row: Mapping[str, Any], is_run: bool, record: Record, gone: Mapping[str, str], told: Mapping[str, Told]
) -> _Judged:
    test = row["proven_by"]
    if test in gone:
        return _Judged(row, False, f"{test} {gone[test]}", True)
    said = told.get(test, _NOT_RUN)
    if is_run and said.state != "passed":
        return _Judged(row, True, f"{test} {said.state}{': ' if said.why else ''}{said.why}", said.state == "failed")
    if row["mutant"] is None:
        return _Judged(row, is_run, "names no mutant", False)
    standing = record.standing(row["mutant"], test)
    proof = record.find(row["mutant"], test)
    problems = {
        "killed": "",
        "survived": f"mutant {row['mutant']} survives its tests",
        "stale": f"the record of {row['mutant']} is stale: {', '.join(record.changed(proof)) if proof else ''} changed",
        "unknown": f"{test} was not seen to fail with {row['mutant']}{_others(record, row['mutant'])}",
    }
    return _Judged(row, is_run, problems[standing], False)


def _others(record: Record, mutant: str) -> str:
    others = record.others(mutant)
    return f"; {', '.join(others)} was" if others else ""


def _outcome(judged: Sequence[_Judged], said: Mapping[str, Any], paths: str) -> Outcome:
    proven = sum(1 for each in judged if not each.problem)
    critical = [each for each in judged if each.row["critical"]]
    critical_proven = sum(1 for each in critical if not each.problem)
    share = proven / len(judged)
    run = sum(1 for each in judged if each.is_run)
    how = "all rows" if paths == "all" else "critical rows and those whose files changed"
    rest = "" if run == len(judged) else f", {len(judged) - run} stand on the record alone"
    found = (
        f"{proven} of {len(judged)} rows proven ({share:.1%}, at least {said['min_proven']:.0%}), "
        f"{critical_proven} of {len(critical)} critical; tests run for {run} ({how}){rest}"
    )
    lines = tuple(f"{each.row['path']}, {each.row['fault']}: {each.problem}" for each in judged if each.problem)
    data = {
        "rows": len(judged),
        "proven": proven,
        "critical": len(critical),
        "critical_proven": critical_proven,
        "run": run,
    }
    is_good = share >= said["min_proven"] and critical_proven == len(critical)
    if is_good and not any(each.is_failing for each in judged):
        return Outcome("passed", found, details=lines, data=data)
    return Outcome("failed", found, _todo(judged, said), lines, data)


def _todo(judged: Sequence[_Judged], said: Mapping[str, Any]) -> str:
    if any(each.is_failing for each in judged):
        return "Mend what the failing test shows, or name the test that shows it now"
    mutants = sorted({each.row["mutant"] for each in judged if each.problem and each.row["mutant"]})
    if not mutants:
        return "Name a mutant for each row: the change that takes the defence away"
    renew = said["renew"]
    return f"Run `{renew} {' '.join(mutants)}`, and commit what it writes" if renew else "Run the mutants anew"
