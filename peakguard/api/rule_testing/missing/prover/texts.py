"""What operations on strings make of values that are not known yet, patterns among them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import z3

from peakguard.api.rule_testing.missing.prover.cells import Cell, Untranslatable
from peakguard.expression.patterns import portable
from peakguard.expression.typed import Typed
from peakguard.runtime.pattern_tree import Parts, read_pattern

_PRINTED = range(0x20, 0x7F)
"""Of a set of characters only these are proposed."""
_MOST_TIMES = 100


def starts_with(node: Typed, text: Cell, part: Cell) -> Cell:
    """Whether a text begins with another."""
    return Cell(z3.PrefixOf(part.term, text.term))


def ends_with(node: Typed, text: Cell, part: Cell) -> Cell:
    """Whether a text ends with another."""
    return Cell(z3.SuffixOf(part.term, text.term))


def contains(node: Typed, text: Cell, part: Cell) -> Cell:
    """Whether a text holds another."""
    return Cell(z3.Contains(text.term, part.term))


def length(node: Typed, text: Cell) -> Cell:
    """How many characters it has."""
    return Cell(z3.Length(text.term))


def matches(node: Typed, text: Cell) -> Cell:
    """Whether a pattern matches the whole text."""
    return Cell(z3.InRe(text.term, _read(node.value)))


@lru_cache(maxsize=64)
def _read(pattern: str) -> Any:
    return read_pattern(portable(pattern), Parts(_character, _in_order, _union, _repeated))


def _in_order(pieces: list[Any]) -> Any:
    return z3.Concat(*pieces) if len(pieces) > 1 else pieces[0] if pieces else z3.Re("")


def _union(sets: list[Any]) -> Any:
    return z3.Union(*sets) if len(sets) > 1 else sets[0]


def _character(written: str) -> Any:
    runs = [z3.Range(chr(first), chr(last)) for first, last in _runs(written)]
    if not runs:
        raise Untranslatable(written)
    return _union(runs)


def _runs(written: str) -> Iterator[tuple[int, int]]:
    """The printed characters that one character of a pattern stands for, as runs."""
    fits = re.compile(written).fullmatch
    start = None
    for each in (*_PRINTED, None):
        is_in = each is not None and fits(chr(each)) is not None
        if is_in and start is None:
            start = each
        elif not is_in and start is not None:
            yield start, (each or _PRINTED.stop) - 1
            start = None


def _repeated(piece: Any, least: int, most: int | None) -> Any:
    if least > _MOST_TIMES or (most or 0) > _MOST_TIMES:
        raise Untranslatable("a repeat that would make too large a formula")
    if most is None:
        return z3.Star(piece) if least == 0 else z3.Concat(z3.Loop(piece, least, least), z3.Star(piece))
    return z3.Loop(piece, least, most) if most else z3.Re("")
