"""What a pattern matches, by its definition: a piece leads from places of the text to the places behind it.

No engine takes part, so this is an oracle for them all, and sets of places never backtrack: the steps are bounded by
the size of the pattern times the square of the text's length.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

from peakguard.expression.patterns import portable
from peakguard.runtime.pattern_tree import Parts, read_pattern

Places = frozenset[int]
Piece = Callable[[str, Places], Places]


def matches(pattern: str, text: str) -> bool:
    """Whether an accepted pattern matches the whole text."""
    return len(text) in _read(pattern)(text, frozenset([0]))


@lru_cache(maxsize=256)
def _read(pattern: str) -> Piece:
    return read_pattern(portable(pattern), Parts(_character, _in_order, _any_of, _repeated))


def _character(written: str) -> Piece:
    fits = re.compile(written).fullmatch

    def character(text: str, places: Places) -> Places:
        return frozenset(place + 1 for place in places if place < len(text) and fits(text[place]))

    return character


def _in_order(pieces: list[Piece]) -> Piece:
    def in_order(text: str, places: Places) -> Places:
        for piece in pieces:
            places = piece(text, places)
        return places

    return in_order


def _any_of(branches: list[Piece]) -> Piece:
    def any_of(text: str, places: Places) -> Places:
        return frozenset().union(*(branch(text, places) for branch in branches))

    return any_of


def _repeated(piece: Piece, least: int, most: int | None) -> Piece:
    def repeated(text: str, places: Places) -> Places:
        for _ in range(least):
            places = piece(text, places)
        found, count = places, least
        while places and (most is None or count < most):
            # What was reached before leads nowhere new.
            places = piece(text, places) - found
            found, count = found | places, count + 1
        return found

    return repeated
