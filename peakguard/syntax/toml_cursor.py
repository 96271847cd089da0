"""A position in a TOML text, and the ways to move it."""

from __future__ import annotations

import re
from typing import NoReturn

from peakguard.diagnostics import codes
from peakguard.diagnostics.diagnostic import Diagnostic, found
from peakguard.syntax.limits import MAX_DEPTH, MAX_NODES
from peakguard.syntax.source import Source

_BLANK = re.compile(r"[ \t]*")
_LINE_END = re.compile(r"\r?\n")
_COMMENT = re.compile(r"#[^\x00-\x08\x0a-\x1f\x7f]*")
_SPACE = re.compile(r"(?:[ \t]|\r?\n|#[^\x00-\x08\x0a-\x1f\x7f]*(?=\r?\n|\Z))*")


class Refused(Exception):
    """Stops the reading; holds the finding that says why."""

    def __init__(self, finding: Diagnostic) -> None:
        super().__init__()
        self.finding = finding


class Cursor:
    """Where the reading stands; `findings` are faults that do not stop it."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.text = source.text
        self.position = 0
        self.findings: list[Diagnostic] = []
        self._nodes = 0

    def at_end(self) -> bool:
        """Whether the text is over."""
        return self.position >= len(self.text)

    def at_line_end(self) -> bool:
        """Whether a line break is next."""
        return _LINE_END.match(self.text, self.position) is not None

    def looking_at(self, text: str) -> bool:
        """Whether a piece of text is next."""
        return self.text.startswith(text, self.position)

    def take(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        """Move past a pattern, if it is next."""
        match = pattern.match(self.text, self.position)
        if match is not None:
            self.position = match.end()
        return match

    def skip_blank(self) -> None:
        """Move past spaces and tabs."""
        self.take(_BLANK)

    def skip_space(self) -> None:
        """Move past spaces, tabs, line breaks and comments, as between the items of an array."""
        self.take(_SPACE)

    def skip_comment(self) -> None:
        """Move past a comment."""
        self.take(_COMMENT)

    def expect(self, text: str, problem: str) -> None:
        """Move past spaces and a piece of text that must be next."""
        self.skip_blank()
        if not self.looking_at(text):
            self.refuse(codes.TOML_SYNTAX, self.position, problem=problem)
        self.position += len(text)

    def end_line(self) -> None:
        """Move past the line break that must be next, unless the text is over."""
        if not self.at_end() and not self.take(_LINE_END):
            self.refuse(codes.TOML_SYNTAX, self.position, problem="expected the end of the line")

    def count_node(self, start: int) -> None:
        """Bound the number of values."""
        self._nodes += 1
        if self._nodes > MAX_NODES:
            self.refuse(codes.TOO_MANY_VALUES, start, limit=MAX_NODES)

    def check_depth(self, depth: int, start: int) -> None:
        """Bound the nesting of values."""
        if depth > MAX_DEPTH:
            self.refuse(codes.TOO_DEEP, start, limit=MAX_DEPTH)

    def remark(self, code: str, start: int, end: int, /, **data: object) -> None:
        """Note a fault that does not stop the reading."""
        self.findings.append(found(code, self.source.span(start, end), **data))

    def refuse(self, code: str, start: int, end: int | None = None, /, **data: object) -> NoReturn:
        """Stop the reading."""
        span = self.source.span(start, end if end is not None else min(start + 1, len(self.text)))
        raise Refused(found(code, span, **data))
