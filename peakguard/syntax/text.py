"""What any policy file must be as text, before its format matters."""

import re

from peakguard.diagnostics import codes
from peakguard.diagnostics.diagnostic import Diagnostic, found
from peakguard.syntax.source import Source

_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufffe\uffff]")
# Bidirectional controls can make a rule read as its opposite ("Trojan Source", CVE-2021-42574);
# NEL, LS and PS break lines for some readers and not for others.
_INVISIBLE = re.compile("[\x85\u061c\u200b\u200e\u200f\u2028-\u202e\u2060\u2066-\u2069\ufeff]")
_BREAK = re.compile(r"\r\n|\n|\r")


def check_text(source: Source) -> list[Diagnostic]:
    """Findings about the characters and lines of a file; an error among them means it is not parsed."""
    text = source.text
    if text.startswith("\ufeff"):
        return [found(codes.BYTE_ORDER_MARK, source.span(0, 1))]
    for pattern, code in ((_CONTROL, codes.CONTROL_CHARACTER), (_INVISIBLE, codes.INVISIBLE_CHARACTER)):
        match = pattern.search(text)
        if match:
            return [found(code, source.span(*match.span()), character=f"U+{ord(match[0]):04X}")]
    if not text.strip():
        return [found(codes.EMPTY_FILE, source.span(0, 0))]
    return _check_line_endings(source) if "\r" in text else []


def _check_line_endings(source: Source) -> list[Diagnostic]:
    first: str | None = None
    for match in _BREAK.finditer(source.text):
        if first is None:
            first = match[0]
        elif match[0] != first:
            return [found(codes.MIXED_LINE_ENDINGS, source.span(*match.span()))]
    return [found(codes.CRLF_LINE_ENDINGS, source.span(0, 0))] if first == "\r\n" else []
