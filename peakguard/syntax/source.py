"""The text of one file, and the map from offsets to lines and columns."""

import re
from bisect import bisect_right
from functools import cached_property

from peakguard.diagnostics.span import Span

_BREAK = re.compile(r"\r\n|\n|\r")


class Source:
    """A file that was read: `path` as it is shown to people, `text` as code points.

    Offsets count code points from 0. Lines end at LF, CRLF or CR.
    """

    __slots__ = ("__dict__", "path", "text")

    def __init__(self, path: str, text: str) -> None:
        self.path = path
        self.text = text

    @cached_property
    def line_starts(self) -> list[int]:
        """The offset at which each line begins."""
        return [0, *(match.end() for match in _BREAK.finditer(self.text))]

    def position(self, offset: int) -> tuple[int, int]:
        """Line and column of an offset, both from 1."""
        line = bisect_right(self.line_starts, offset)
        return line, offset - self.line_starts[line - 1] + 1

    def span(self, start: int, end: int) -> Span:
        """The span between two offsets."""
        return Span(self.path, *self.position(start), *self.position(max(start, end)))

    def line(self, number: int) -> str:
        """The text of a line (from 1), without its line break; empty outside the file."""
        if not 1 <= number <= len(self.line_starts):
            return ""
        start = self.line_starts[number - 1]
        end = self.line_starts[number] if number < len(self.line_starts) else len(self.text)
        return self.text[start:end].rstrip("\r\n")
