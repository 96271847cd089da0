"""Findings for people, in the manner of rustc: message, place, the source line, a caret, what to do."""

from __future__ import annotations

from collections.abc import Iterator

from peakguard.diagnostics.diagnostic import Diagnostic
from peakguard.reporters.report import Report
from peakguard.reporters.snippet import snippet
from peakguard.reporters.visible import visible

_COLOURS = {"error": "\x1b[1;31m", "warning": "\x1b[1;33m", "info": "\x1b[1;36m"}
_BOLD, _RESET = "\x1b[1m", "\x1b[0m"


def render(found: Report, *, colour: bool = False) -> str:
    """All findings and one line that counts them."""
    blocks = ["\n".join(_block(finding, found, colour=colour)) + "\n" for finding in found.diagnostics]
    return "\n".join([*blocks, _summary(found)]) + "\n" if found.files or not blocks else "\n".join(blocks)


def _block(finding: Diagnostic, found: Report, *, colour: bool) -> Iterator[str]:
    head = f"{finding.severity}[{finding.code}]"
    message = visible(finding.message)
    yield f"{_COLOURS[finding.severity]}{head}{_RESET}{_BOLD}: {message}{_RESET}" if colour else f"{head}: {message}"
    yield f"  --> {visible(str(finding.span))}"
    text = found.sources.get(finding.span.file)
    if text is not None and finding.span.line:
        yield from snippet(text, finding.span)
    if finding.hint:
        yield f"  = help: {visible(finding.hint)}"


def _summary(found: Report) -> str:
    parts = []
    for severity, word in (("error", "error"), ("warning", "warning"), ("info", "remark")):
        count = sum(1 for finding in found.diagnostics if finding.severity == severity)
        if count:
            parts.append(f"{count} {word}{'s' if count != 1 else ''}")
    silenced = f" ({found.suppressed} suppressed)" if found.suppressed else ""
    files = f"{found.files} file{'s' if found.files != 1 else ''}"
    return f"checked {files}: {', '.join(parts) or 'no findings'}{silenced}"
