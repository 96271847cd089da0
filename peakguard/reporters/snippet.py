"""The source line of a finding with carets under the exact place."""

from __future__ import annotations

from collections.abc import Iterator

from peakguard.diagnostics.span import Span
from peakguard.reporters.visible import visible
from peakguard.syntax.source import Source

_WINDOW = 100
_BEFORE = 40


def snippet(text: str, span: Span) -> Iterator[str]:
    """Three lines: a rule, the source line with its number, the carets."""
    line = Source(span.file, text).line(span.line)
    start = min(span.column - 1, len(line))
    end = len(line) if span.end_line > span.line else min(span.end_column - 1, len(line))
    before, under, after = line[:start], line[start : max(start, end)], line[max(start, end) :]
    before, under, after = _cut(before, under, after)
    gutter = " " * len(str(span.line))
    marks = "^" * max(1, _cells(under))
    more = " …" if span.end_line > span.line else ""
    yield f"{gutter} |"
    yield f"{span.line} | {_line(before + under + after)}"
    yield f"{gutter} | {_padding(before)}{marks}{more}"


def _cut(before: str, under: str, after: str) -> tuple[str, str, str]:
    """A window around the caret: a policy may hold a line of a million characters."""
    if len(before) > _BEFORE * 2:
        before = "…" + before[-_BEFORE:]
    if len(under) > _WINDOW:
        under, after = under[:_WINDOW] + "…", ""
    room = max(_BEFORE, _WINDOW - len(before) - len(under))
    return before, under, after if len(after) <= room else after[:room] + "…"


def _line(text: str) -> str:
    return "\t".join(visible(part) for part in text.split("\t"))


def _padding(before: str) -> str:
    """Blank of the same width; tabs stay tabs, for only the terminal knows how wide they are."""
    return "\t".join(" " * _cells(part) for part in before.split("\t"))


def _cells(text: str) -> int:
    """How many columns of a terminal a text takes."""
    shown = _line(text)
    if shown.isascii():
        return len(shown)
    from unicodedata import combining, east_asian_width

    return sum(0 if combining(each) else 2 if east_asian_width(each) in "WF" else 1 for each in shown)
