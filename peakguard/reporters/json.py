"""Findings as JSON, in a versioned form that docs/report-format.md describes."""

from __future__ import annotations

import json
from typing import Any

from peakguard.diagnostics.diagnostic import Diagnostic
from peakguard.reporters.report import Report

VERSION = 1


def render(found: Report) -> str:
    """One JSON object; ends with a line break."""
    counts = {
        severity: sum(1 for finding in found.diagnostics if finding.severity == severity)
        for severity in ("error", "warning", "info")
    }
    summary = {"files": found.files, **counts, "suppressed": found.suppressed}
    findings = [_finding(finding) for finding in found.diagnostics]
    return (
        json.dumps({"version": VERSION, "diagnostics": findings, "summary": summary}, indent=2, ensure_ascii=False)
        + "\n"
    )


def _finding(finding: Diagnostic) -> dict[str, Any]:
    return {
        "code": finding.code,
        "slug": finding.slug,
        "severity": finding.severity,
        "message": finding.message,
        "hint": finding.hint,
        "file": finding.span.file,
        "line": finding.span.line,
        "column": finding.span.column,
        "end_line": finding.span.end_line,
        "end_column": finding.span.end_column,
        "data": dict(finding.data),
    }
