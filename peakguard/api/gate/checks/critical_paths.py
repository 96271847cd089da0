"""Each critical path is proven against each of its faults: a test passes that was seen to fail with a mutant."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal, NamedTuple

from peakguard.api.gate.named_tests import missing
from peakguard.api.gate.outcome import Outcome
from peakguard.api.gate.proofs import Record, read_record
from peakguard.api.gate.proving import Told, run_tests
from peakguard.api.gate.subject import Subject

_NOT_RUN = Told("not run")
_FEW = 8
"""Names of mutants in a line that people read."""


class _Judged(NamedTuple):
    """`problem` says why a row is not proven, and `fault` what kind of problem that is; both are empty where it is."""

    row: Mapping[str, Any]
    is_run: bool
    problem: str = ""
    fault: Literal["", "test", "not run", "record"] = ""


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
        return _Judged(row, False, f"{test} {gone[test]}", "test")
    said = told.get(test, _NOT_RUN)
    if is_run and said.state != "passed":
        why = f"{test} {said.state}{': ' if said.why else ''}{said.why}"
        return _Judged(row, True, why, "not run" if said.state == "not run" else "test")
    problem = _unproven(row, record)
    return _Judged(row, is_run, problem, "record" if problem else "")


def _unproven(row: Mapping[str, Any], record: Record) -> str:
    """What the record lacks to prove a row; empty where it lacks nothing."""
    test, mutant = row["proven_by"], row["mutant"]
    if mutant is None:
        return "names no mutant"
    standing, proof = record.standing(mutant, test), record.find(mutant, test)
    if standing == "survived":
        return f"mutant {mutant} survives its tests"
    if standing == "stale" and proof is not None:
        changed = ", ".join(record.changed(proof))
        return f"the record of {mutant} is stale: {f'{changed} changed' if changed else 'it names no files'}"
    return f"{test} was not seen to fail with {mutant}{_others(record, mutant)}" if standing == "unknown" else ""


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
    if is_good and not any(each.fault in ("test", "not run") for each in judged):
        return Outcome("passed", found, details=lines, data=data)
    return Outcome("failed", found, _todo(judged, said), lines, data)


def _todo(judged: Sequence[_Judged], said: Mapping[str, Any]) -> str:
    faults = {each.fault for each in judged}
    if "test" in faults:
        return "Mend what the failing test shows, or name the test that shows it now"
    if "not run" in faults:
        return "See why pytest did not run it; a profile with `paths: critical` runs fewer tests"
    mutants = sorted({each.row["mutant"] for each in judged if each.fault == "record" and each.row["mutant"]})
    if not mutants:
        return "Name a mutant for each row: the change that takes the defence away"
    shown = " ".join(mutants) if len(mutants) <= _FEW else ""
    return f"Run `{' '.join(filter(None, (said['renew'] or 'your mutants', shown)))}`, and commit the record"
