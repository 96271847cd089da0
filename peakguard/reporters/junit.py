"""Findings as a JUnit report: a test case for each finding, or one that passes."""

from __future__ import annotations

import re
from xml.sax.saxutils import escape, quoteattr

from peakguard.diagnostics.diagnostic import Diagnostic
from peakguard.reporters.report import Report

# XML 1.0, section 2.2: characters that no document may hold, not even escaped.
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


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
    opening = f"    <testcase classname={_attribute(finding.span.file)} name={_attribute(name)}"
    if finding.severity == "info":
        return f"{opening}><system-out>{_text(text)}</system-out></testcase>"
    kind = f"{finding.severity} {finding.slug}"
    failure = f"<failure message={_attribute(message)} type={_attribute(kind)}>{_text(text)}</failure>"
    return f"{opening}>{failure}</testcase>"


def _attribute(text: str) -> str:
    return quoteattr(_NOT_XML.sub("\ufffd", text), {"\n": "&#10;", "\t": "&#9;", "\r": "&#13;"})


def _text(text: str) -> str:
    return escape(_NOT_XML.sub("\ufffd", text))
