"""A verdict on data as the versioned JSON form of `peakguard validate --format json`."""

from __future__ import annotations

import json
from typing import Any

from peakguard.reporters.validation import Validation
from peakguard.runtime.violation import Gaps, Output, RuleOutcome, Verdict

VERSION = 1


def render(found: Validation) -> str:
    """The report of one file, or of several in a frame that names them."""
    reports: dict[str, dict[str, Any]] = {path: verdict_json(verdict) for path, verdict in found.verdicts.items()}
    if found.is_single:
        outputs = {"outputs": [_output(each) for each in found.outputs]} if found.outputs else {}
        return _written({**next(iter(reports.values())), **outputs})
    framed: dict[str, Any] = {
        "version": VERSION,
        "files": [{"file": path, **report} for path, report in reports.items()],
    }
    if found.unseen:
        framed["not_looked_at"] = list(found.unseen)
    return _written(framed)


def _written(report: dict[str, Any]) -> str:
    return json.dumps(report, indent=2, ensure_ascii=False) + "\n"


def verdict_json(verdict: Verdict) -> dict[str, Any]:
    """The report of one data file."""
    return {
        "version": VERSION,
        "contract": verdict.contract,
        "contract_version": verdict.version,
        "rows": verdict.rows,
        "verdict": "fail" if verdict.violations else "pass",
        "enforced": verdict.is_enforced,
        "rules": [_rule(rule) for rule in verdict.rules],
    }


def _output(output: Output) -> dict[str, Any]:
    """`sha256` is null for a file that was not written, and `reason` says why."""
    made = {"role": output.role, "file": output.path, "rows": output.rows, "sha256": output.digest}
    return made if output.reason is None else {**made, "reason": output.reason}


def _gaps(gaps: Gaps) -> dict[str, Any]:
    """`key` tells the group apart; `start` and `end` are the rows around the gap, `row` the number of the later one."""
    shown = [{"row": g.row, "key": g.group, "start": g.start, "end": g.end, "missing": g.missing} for g in gaps.shown]
    return {"count": gaps.number, "missing": gaps.missing, "examples": shown}


def _rule(rule: RuleOutcome) -> dict[str, Any]:
    examples = rule.violation.examples if rule.violation is not None else ()
    report: dict[str, Any] = {
        "id": rule.id,
        "error": rule.error,
        "severity": rule.severity,
        "state": rule.state,
        "passed": rule.passed,
        "failed": rule.failed,
        "unknown": rule.unknown,
        "examples": [{"row": each.row, "key": each.key, "values": each.values} for each in examples],
    }
    if rule.violation is not None and rule.violation.gaps is not None:
        report["gaps"] = _gaps(rule.violation.gaps)
    if rule.sampled is not None:
        report["sampled"] = {"rows": rule.sampled[0], "of": rule.sampled[1]}
    if rule.by_statistics:
        report["by_statistics"] = True
    if rule.unproven is not None:
        report["unproven"] = rule.unproven
    if rule.reason is not None:
        report["reason"] = rule.reason
    if rule.violation is not None and rule.violation.message is not None:
        report["message"] = rule.violation.message
    return report
