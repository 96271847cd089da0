"""Where something stands in a file."""

from typing import NamedTuple


class Span(NamedTuple):
    """A half-open piece of a file: lines and columns count from 1, in code points; the end is exclusive.

    `file` is relative to the project root, with forward slashes. A span of line 0 means the file as a whole.
    """

    file: str
    line: int
    column: int
    end_line: int
    end_column: int

    @classmethod
    def whole(cls, file: str) -> "Span":
        """The file itself, for faults that have no place inside it."""
        return cls(file, 0, 0, 0, 0)

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}" if self.line else self.file
