"""Patterns that mean the same to every engine, and never backtrack where the engine does not.

A pattern matches the whole value. `\\d \\w \\s` are ASCII, `.` is any character but a line feed.
What engines disagree about (anchors, look-around, references, flags, set operations) is refused,
and the rest is written out again with explicit classes, so that no engine reads it its own way.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from peakguard.expression import pattern_reader


class PatternFault(NamedTuple):
    """What in `pattern[start:end]` is not portable, and why."""

    start: int
    end: int
    construct: str
    reason: str


def check_pattern(text: str) -> PatternFault | None:
    """The first thing in a pattern that is not portable, or None."""
    try:
        portable(text)
    except pattern_reader.Refusal as refusal:
        return PatternFault(refusal.start, refusal.end, text[refusal.start : refusal.end], refusal.reason)
    return None


@lru_cache(maxsize=1024)
def portable(text: str) -> str:
    """The pattern with its classes spelt out; match it against whole values. Raises ValueError for a refused one."""
    return pattern_reader.Reader(text).read()


def anchored(text: str) -> str:
    """The pattern for engines that search (Rust's regex, RE2), where `$` is the end of the text and nothing else."""
    return f"^(?:{portable(text)})$"
