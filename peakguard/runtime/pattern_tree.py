"""Reads a portable pattern from the inside out. What each part becomes is for the caller to say.

A portable pattern (expression/patterns.py) consists of sets, characters, `(?:…)`, `|` and repeats, nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Generic, NamedTuple, TypeVar

_TOKEN = re.compile(r"\[(?:[^\]\\]|\\.)*\]|\\x[0-9a-f]{2}|\\.|\(\?:|[*+?]|\{[0-9]+(?:,[0-9]*)?\}|.", re.DOTALL)
"""One character, set, repeat or parenthesis of a portable pattern."""

Made = TypeVar("Made")


class Parts(NamedTuple, Generic[Made]):
    """What a character or set becomes, and what becomes of parts: in order, of which one matches, repeated.

    A repeat is told how often at least and at most, None where nothing bounds it.
    """

    character: Callable[[str], Made]
    in_order: Callable[[list[Made]], Made]
    any_of: Callable[[list[Made]], Made]
    repeated: Callable[[Made, int, int | None], Made]


def read_pattern(pattern: str, parts: Parts[Made]) -> Made:
    """What a portable pattern becomes."""
    made, _ = _alternatives(_TOKEN.findall(pattern), 0, parts)
    return made


def _alternatives(tokens: list[str], at: int, parts: Parts[Made]) -> tuple[Made, int]:
    """What stands before the closing parenthesis or the end, and the place behind it."""
    branches: list[list[Made]] = [[]]
    while at < len(tokens) and tokens[at] != ")":
        head, at = tokens[at], at + 1
        if head == "|":
            branches.append([])
            continue
        made, at = _alternatives(tokens, at, parts) if head == "(?:" else (parts.character(head), at)
        if at < len(tokens) and tokens[at][0] in "*+?{":
            made, at = parts.repeated(made, *_allowed_times(tokens[at])), at + 1
        branches[-1].append(made)
    return parts.any_of([parts.in_order(branch) for branch in branches]), at + 1


def _allowed_times(repeat: str) -> tuple[int, int | None]:
    if repeat == "?":
        return 0, 1
    if repeat in "*+":
        return int(repeat == "+"), None
    least, comma, most = repeat[1:-1].partition(",")
    return int(least), int(most) if most else None if comma else int(least)
