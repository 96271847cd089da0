"""A verdict on data as the versioned JSON form of `peakguard validate --format json`."""

from __future__ import annotations

from typing import Any

from peakguard.runtime.violation import RuleOutcome, Verdict

VERSION = 1


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
    if rule.reason is not None:
        report["reason"] = rule.reason
    if rule.violation is not None and rule.violation.message is not None:
        report["message"] = rule.violation.message
    return report
