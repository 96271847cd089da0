"""Findings that are awkward to show."""

from __future__ import annotations

from peakguard.diagnostics.diagnostic import Diagnostic, found
from peakguard.diagnostics.span import Span
from peakguard.reporters.report import Report


def unknown_key(text: str, start: int, end: int, file: str = "policies/a.yaml") -> Report:
    """A report of one finding at `text[start:end]`, all on one line."""
    line = text.count("\n", 0, start) + 1
    column = start - (text.rfind("\n", 0, start) + 1) + 1
    span = Span(file, line, column, line, column + end - start)
    return Report([key_finding(span)], {file: text}, files=1)


def key_finding(span: Span, key: str = "kez") -> Diagnostic:
    """An unknown key at a place."""
    return found("PG204", span, key=key, known="key", suggestion="Did you mean `key`? ")


def awkward() -> Report:
    """Every shape of place and data that a reporter must survive."""
    file = "policies/größe 100%.yaml"
    text = "a: \x1b[31mred\n\tb: '日本' # ,:%\nlast"
    findings = [
        key_finding(Span(file, 1, 1, 1, 2), key="esc\x1b]0;title\x07"),
        key_finding(Span(file, 1, 1, 3, 2), key="two\nlines\r\n::error::"),
        key_finding(Span(file, 2, 5, 2, 5), key="<&\"'>]]>"),
        found("PG104", Span.whole("policies/gone.yaml")),
        found("PG120", Span(file, 1, 1, 1, 1)),
        found("PG118", Span(file, 3, 1, 3, 5), text="\ud7ff\uffff\U0001f600", reads_as="text"),
        key_finding(Span(file, 99, 7, 99, 9)),
    ]
    return Report(findings, {file: text}, files=2, suppressed=1)
