"""Findings as workflow commands of GitHub Actions, which annotate a pull request."""

from __future__ import annotations

from peakguard.diagnostics.diagnostic import Diagnostic
from peakguard.reporters.report import Report

_COMMANDS = {"error": "error", "warning": "warning", "info": "notice"}


def render(found: Report) -> str:
    """One command a finding; empty when there is none."""
    return "".join(_command(finding) + "\n" for finding in found.diagnostics)


def _command(finding: Diagnostic) -> str:
    span = finding.span
    properties = {"file": span.file}
    if span.line:
        properties |= {"line": str(span.line), "endLine": str(span.end_line)}
        # Columns of an annotation must lie on one line.
        if span.line == span.end_line:
            properties |= {"col": str(span.column), "endColumn": str(max(span.column, span.end_column - 1))}
    properties["title"] = f"{finding.code} {finding.slug}"
    listed = ",".join(f"{name}={_property(value)}" for name, value in properties.items())
    text = f"{finding.message}. {finding.hint}" if finding.hint else finding.message
    return f"::{_COMMANDS[finding.severity]} {listed}::{_data(text)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
