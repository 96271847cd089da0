"""Differences between policies as JSON, in a versioned form that docs/report-format.md describes."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from peakguard.diagnostics.diagnostic import Diagnostic
from peakguard.diagnostics.span import Span
from peakguard.difference.result import Bump, Change, Difference

VERSION = 1


def difference_json(found: Sequence[Difference]) -> str:
    """One JSON object; ends with a line break."""
    return (
        json.dumps(
            {"version": VERSION, "comparisons": [_comparison(each) for each in found]}, indent=2, ensure_ascii=False
        )
        + "\n"
    )


def _comparison(found: Difference) -> dict[str, Any]:
    return {
        "old": found.old,
        "new": found.new,
        "perspective": found.perspective,
        "changes": [_change(each) for each in found.changes],
        "versions": [_bump(each) for each in found.bumps],
        "findings": [_finding(each) for each in found.findings],
        "summary": {**found.summary, "refused": len(found.refused)},
    }


def _change(change: Change) -> dict[str, Any]:
    return {
        "kind": change.policy.kind,
        "policy": change.policy.name,
        "element": change.element,
        "what": change.what,
        "old": change.old,
        "new": change.new,
        "old_place": _place(change.old_place),
        "new_place": _place(change.new_place),
        "level": change.level,
        "direction": change.grade.direction,
        "consumer": change.grade.consumer,
        "producer": change.grade.producer,
        "never_acceptable": change.grade.is_final,
        "inherited": change.inherited,
        "effects": [each._asdict() for each in change.effects],
        "code": change.code,
        "accepted": change.reason if change.is_accepted else None,
    }


def _place(span: Span | None) -> dict[str, Any] | None:
    return {"file": span.file, "line": span.line, "column": span.column} if span is not None else None


def _bump(bump: Bump) -> dict[str, Any]:
    return {
        "kind": bump.policy.kind,
        "policy": bump.policy.name,
        "old": bump.old,
        "new": bump.new,
        "level": bump.level,
        "needed": bump.needed,
        "is_enough": bump.is_enough,
    }


def _finding(finding: Diagnostic) -> dict[str, Any]:
    span = finding.span
    place = {"file": span.file, "line": span.line, "column": span.column}
    words = {"message": finding.message, "hint": finding.hint, "data": dict(finding.data)}
    return {"code": finding.code, "slug": finding.slug, "severity": finding.severity, **place, **words}
