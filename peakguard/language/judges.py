"""Judges of changes that many elements share: how the permitted set moves, and what that means to either side."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from peakguard.language.change import Direction, Element, Grade, Judge

Move = Callable[["Element | None", "Element | None"], Direction]
"""How what is permitted moves when one element takes the place of another."""

WORDS = Grade("none", "patch")
"""For people only."""
ADDED = Grade("none")
"""Something new that nobody has to know."""
BREAKS = Grade("undetermined", consumer="breaks", producer="breaks")
RISKS = Grade("undetermined", consumer="risk", producer="risk")
REFUSED = Grade("undetermined", consumer="breaks", producer="breaks", is_final=True)
TIGHTER = Grade("tightens", producer="breaks")
LOOSER = Grade("loosens", consumer="risk")
LOST = Grade("loosens", consumer="breaks")
"""A guarantee that no longer holds."""
GONE = Grade("none", consumer="breaks")
"""Something that others name or look for, and that is not there any more."""
NEW_GUARD = Grade("tightens", consumer="risk", producer="risk")
"""Something that acts where nothing did."""


def always(grade: Grade) -> Judge:
    """The same grade for every change."""
    return lambda _old, _new: grade


words = always(WORDS)
breaks = always(BREAKS)
risks = always(RISKS)


def by(move: Move, grades: Mapping[Direction, Grade]) -> Judge:
    """A grade for each direction; BREAKS, with its direction, where none is given."""

    def judge(old: Element | None, new: Element | None) -> Grade:
        direction = move(old, new)
        return grades.get(direction) or BREAKS._replace(direction=direction)

    return judge


def demand(move: Move) -> Judge:
    """A demand on values: tighter breaks who makes them; looser is a risk for who reads them."""
    return by(move, {"tightens": TIGHTER, "loosens": LOOSER})


def guarantee(move: Move) -> Judge:
    """A promise that others build on: tighter breaks who keeps it, looser who relies on it."""
    return by(move, {"tightens": TIGHTER, "loosens": LOST})


def behaviour(move: Move) -> Judge:
    """What a program does at run time: a risk, whichever way it moves."""
    return lambda old, new: RISKS._replace(direction=move(old, new))


def protection(move: Move) -> Judge:
    """Something that guards: adding it changes behaviour, taking it away loses the guard."""
    return by(move, {"tightens": NEW_GUARD, "loosens": LOST})


def parts(added: Grade, removed: Grade, changed: Grade = BREAKS) -> Judge:
    """A part that is there or not."""
    return lambda old, new: added if old is None else removed if new is None else changed


def _value(element: Element | None) -> Any:
    return element.value if element is not None else None


def at_least(old: Element | None, new: Element | None) -> Direction:
    """A bound below which nothing is permitted."""
    before, after = _value(old), _value(new)
    return "tightens" if before is None or (after is not None and after > before) else "loosens"


def at_most(old: Element | None, new: Element | None) -> Direction:
    """A bound above which nothing is permitted."""
    before, after = _value(old), _value(new)
    return "tightens" if before is None or (after is not None and after < before) else "loosens"


def among(old: Element | None, new: Element | None) -> Direction:
    """A set of all that is permitted; without it everything is."""
    if old is None or new is None:
        return "tightens" if old is None else "loosens"
    before, after = set(old.value), set(new.value)
    return "tightens" if after < before else "loosens" if before < after else "both"


def without(old: Element | None, new: Element | None) -> Direction:
    """A set of what is refused."""
    before, after = set(_value(old) or ()), set(_value(new) or ())
    return "tightens" if before < after else "loosens" if after < before else "both"


def stated(old: Element | None, new: Element | None) -> Direction:
    """A demand that is there or not; another one in its place is not compared."""
    return "tightens" if old is None else "loosens" if new is None else "undetermined"


def unknown(old: Element | None, new: Element | None) -> Direction:
    """Nothing is claimed."""
    return "undetermined"


def ranked(*order: Any) -> Move:
    """Values from the least to the most demanding."""

    def move(old: Element | None, new: Element | None) -> Direction:
        before, after = _value(old), _value(new)
        if before not in order or after not in order:
            return "undetermined"
        return "tightens" if order.index(after) > order.index(before) else "loosens"

    return move


def reverse(move: Move) -> Move:
    """The other way round: for a condition under which something is demanded."""
    turned: dict[Direction, Direction] = {"tightens": "loosens", "loosens": "tightens"}

    def reversed_move(old: Element | None, new: Element | None) -> Direction:
        direction = move(old, new)
        return turned.get(direction, direction)

    return reversed_move


def implied(old: Element | None, new: Element | None) -> Direction:
    """A demand in the expression language, whose form is the detail; absent it demands nothing."""
    if old is None or new is None:
        return "tightens" if old is None else "loosens"
    if old.detail is None or new.detail is None:
        return "undetermined"
    from peakguard.expression.entailment import entails

    if entails(new.detail, old.detail):
        return "tightens"
    return "loosens" if entails(old.detail, new.detail) else "undetermined"
