"""What became of invariants as the versioned JSON form of `peakguard verify --format json`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from peakguard.reporters.invariants import status
from peakguard.runtime.invariant import Call, InvariantOutcome, Verification

VERSION = 1


def render(found: Mapping[str, Verification]) -> str:
    """All files, each with its verdict."""
    files = [{"file": path, **_file(each)} for path, each in found.items()]
    return json.dumps({"version": VERSION, "files": files}, indent=2, ensure_ascii=False, default=str) + "\n"


def _file(verification: Verification) -> dict[str, Any]:
    return {
        "policy": verification.policy,
        "policy_version": verification.version,
        "steps": verification.steps,
        "verdict": "fail" if verification.breaches else "pass",
        "enforced": verification.is_enforced,
        "invariants": [_outcome(each, verification) for each in verification.outcomes],
    }


def _outcome(outcome: InvariantOutcome, verification: Verification) -> dict[str, Any]:
    made: dict[str, Any] = {
        "id": outcome.id,
        "asks": outcome.asks,
        "form": outcome.form,
        "error": outcome.error,
        "severity": outcome.severity,
        "state": outcome.state,
        "status": status(outcome, is_enforced=verification.is_enforced),
        **{name: getattr(outcome, name) for name in _COUNTS},
        "closest": _closest(outcome.closest) if outcome.closest is not None else None,
        "first": None,
    }
    if outcome.reason is not None:
        made["reason"] = outcome.reason
    if outcome.first is not None:
        first = outcome.first
        made["first"] = {
            "step": first.step,
            "group": list(first.group),
            "unknown": first.is_unknown,
            "measure": first.measure,
            "values": dict(first.values),
            "before": [{"step": each.number, "values": dict(each.values)} for each in first.before],
        }
    return made


def _closest(call: Call) -> dict[str, Any]:
    return {"kind": call.kind, "measure": call.measure, "step": call.step, "values": call.values}


_COUNTS = ("evaluations", "exercised", "passed", "failed", "unknown", "open", "broken")
