"""Values that are not known yet, and the logic of what is known of them.

A flag is a bool of Python where it is known, else a formula of z3; folding what is known keeps formulas small.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import reduce
from typing import Any, NamedTuple, TypeAlias

import z3


class Untranslatable(Exception):
    """A rule uses what has no formula here; nothing is claimed of it."""


class Cell(NamedTuple):
    """One value. A number that is not finite has only its sign in `term`; where `null` or `nan` is, `term` is void."""

    term: Any
    null: Any = False
    nan: Any = False
    infinite: Any = False


class Record(NamedTuple):
    """A record of values."""

    null: Any
    fields: Mapping[str, Value]


class Listed(NamedTuple):
    """A list: its items, each with whether the list is long enough to have it."""

    null: Any
    items: tuple[tuple[Any, Value], ...]


Value: TypeAlias = Cell | Record | Listed


def both(*flags: Any) -> Any:
    """All of them."""
    left = [flag for flag in flags if flag is not True]
    if any(flag is False for flag in left):
        return False
    return z3.And(*left) if len(left) > 1 else left[0] if left else True


def either(*flags: Any) -> Any:
    """Any of them."""
    left = [flag for flag in flags if flag is not False]
    if any(flag is True for flag in left):
        return True
    return z3.Or(*left) if len(left) > 1 else left[0] if left else False


def opposite(flag: Any) -> Any:
    """Its negation."""
    return not flag if isinstance(flag, bool) else z3.Not(flag)


def choose(flag: Any, then: Any, other: Any) -> Any:
    """One of two terms, or of two flags."""
    if isinstance(flag, bool):
        return then if flag else other
    return z3.If(flag, then, other)


def chosen(flag: Any, then: Cell, other: Cell) -> Cell:
    """One of two cells."""
    return Cell(*(choose(flag, one, two) for one, two in zip(then, other, strict=True)))


def less(a: Cell, b: Cell) -> Any:
    """Whether one is less than the other; false where either is NaN."""
    is_less = a.term < b.term
    if a.infinite is not False or b.infinite is not False:
        below, above = _rank(a), _rank(b)
        is_less = either(below < above, both(below == 0, above == 0, is_less))
    return both(opposite(a.nan), opposite(b.nan), is_less)


def equal(a: Cell, b: Cell) -> Any:
    """Whether they are equal; NaN equals nothing."""
    is_equal = a.term == b.term
    if a.infinite is not False or b.infinite is not False:
        below, above = _rank(a), _rank(b)
        is_equal = both(below == above, either(below != 0, is_equal))
    return both(opposite(a.nan), opposite(b.nan), is_equal)


def _rank(number: Cell) -> Any:
    """-1 and 1 for infinities, 0 for all between."""
    return choose(number.infinite, z3.If(number.term > 0, z3.IntVal(1), z3.IntVal(-1)), z3.IntVal(0))


def largest(a: Cell, b: Cell) -> Cell:
    """The larger of two; NaN wins over both."""
    return _preferred(less(a, b), a, b)


def smallest(a: Cell, b: Cell) -> Cell:
    """The smaller of two; NaN wins over both."""
    return _preferred(less(b, a), a, b)


def _preferred(is_second: Any, a: Cell, b: Cell) -> Cell:
    return chosen(is_second, b, a)._replace(nan=either(a.nan, b.nan), null=either(a.null, b.null))


def is_true(verdict: Cell) -> Any:
    """Whether a verdict is known and true."""
    return both(opposite(verdict.null), verdict.term)


def is_false(verdict: Cell) -> Any:
    """Whether a verdict is known and false."""
    return both(opposite(verdict.null), opposite(verdict.term))


def is_kept(verdict: Cell, on_null: str | None) -> Any:
    """Whether nothing counts against a rule: it passes, or is unknown where that may be."""
    return opposite(is_false(verdict)) if on_null == "pass" else is_true(verdict)


def kleene_and(verdicts: list[Cell]) -> Cell:
    """False if one is false, else unknown if one is unknown."""
    fails = either(*map(is_false, verdicts))
    return Cell(opposite(fails), both(opposite(fails), either(*(each.null for each in verdicts))))


def kleene_or(verdicts: list[Cell]) -> Cell:
    """True if one is true, else unknown if one is unknown."""
    passes = either(*map(is_true, verdicts))
    return Cell(passes, both(opposite(passes), either(*(each.null for each in verdicts))))


def joined(cells: list[Cell], join: Any) -> Cell:
    """All cells joined from the left."""
    return reduce(join, cells)
