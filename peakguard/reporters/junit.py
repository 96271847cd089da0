"""Findings as a JUnit report: a test case for each finding, or one that passes."""

from __future__ import annotations

from peakguard.diagnostics.diagnostic import Diagnostic
from peakguard.reporters.report import Report
from peakguard.reporters.xml_text import attribute, content


def render(found: Report) -> str:
    """One test suite; errors and warnings are failures, remarks are output."""
    failures = sum(1 for finding in found.diagnostics if finding.severity != "info")
    cases = [_case(finding) for finding in found.diagnostics]
    if not cases:
        cases = ['    <testcase classname="peakguard" name="check"/>']
    head = f'<testsuite name="peakguard check" tests="{len(cases)}" failures="{failures}" errors="0" skipped="0">'
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', "<testsuites>", f"  {head}", *cases, "  </testsuite>"]
    return "\n".join([*lines, "</testsuites>"]) + "\n"


def _case(finding: Diagnostic) -> str:
    place, message = str(finding.span), finding.message
    name = f"{finding.code} {place}"
    text = f"{finding.severity}[{finding.code}]: {message}\n{place}\n{finding.hint}"
    opening = f"    <testcase classname={attribute(finding.span.file)} name={attribute(name)}"
    if finding.severity == "info":
        return f"{opening}><system-out>{content(text)}</system-out></testcase>"
    kind = f"{finding.severity} {finding.slug}"
    failure = f"<failure message={attribute(message)} type={attribute(kind)}>{content(text)}</failure>"
    return f"{opening}>{failure}</testcase>"
