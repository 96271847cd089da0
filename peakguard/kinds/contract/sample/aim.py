"""Changes a row so that an expression gets the value it should have: operations are undone from the root to a column.

Nothing here is sure to succeed; what came of it is for the interpreter to judge.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from random import Random
from typing import Any

from peakguard.expression.reference.interpreter import column
from peakguard.expression.typed import Typed, walk
from peakguard.expression.types import Type
from peakguard.kinds.contract.sample.strings import string_against, string_for
from peakguard.kinds.contract.sample.undo import UNDO
from peakguard.kinds.contract.sample.values import held

Row = dict[str, Any]
_MIRROR = {"lt": "gt", "le": "ge", "gt": "lt", "ge": "le", "eq": "eq", "ne": "ne"}
_OPPOSITE = {"lt": "ge", "le": "gt", "gt": "le", "ge": "lt", "eq": "ne", "ne": "eq"}

_NEAR = (0.001, 0.002, 0.005)
_FAR = (*_NEAR, 0.02, 0.1, 0.5, 1.0, 4.0)
"""How far from a bound a value is put, as a share of the bound: near at first, as rows of real data are."""


class Aim:
    """One row to change, after the rows before it. `fixed` columns stay; `redraw` gives another value of a column.

    A `bold` aim also goes far beyond the bounds that it meets.
    """

    def __init__(
        self,
        row: Row,
        before: Sequence[Mapping[str, Any]],
        source: Random,
        fixed: frozenset[str],
        redraw: Callable[[str], Any],
        *,
        bold: bool = True,
    ) -> None:
        self.row = row
        self.source = source
        self._before = list(before)
        self._fixed = fixed
        self._redraw = redraw
        self._bold = bold

    def value(self, node: Typed) -> Any:
        """What an expression is for the row as it now stands."""
        return self.values(node)[-1]

    def values(self, node: Typed) -> list[Any]:
        """The same with those of the rows before."""
        return column(node, [*self._before, self.row])

    def make(self, node: Typed, wanted: bool) -> bool:
        """Try to give a condition a truth value; tells whether anything was changed."""
        handler = _MAKE.get(node.op)
        if handler is not None:
            return handler(self, node, wanted)
        if node.op in _OPPOSITE:
            return self._relate(node, node.op if wanted else _OPPOSITE[node.op])
        if node.op in ("column", "item", "field", "coalesce", "prev"):
            return self.aim(node, wanted)
        return self.refresh(node)

    def aim(self, node: Typed, target: Any) -> bool:
        """Try to give an expression a value; tells whether anything was changed."""
        if node.op in ("column", "item"):
            return self.assign(node, target)
        undo = UNDO.get(node.op)
        try:
            return undo is not None and undo(self, node, target)
        except (ArithmeticError, TypeError, ValueError):
            return False  # no such value: the root of a negative number, the middle of a word

    def assign(self, node: Typed, target: Any) -> bool:
        """Set a column to a value, as its type holds it."""
        if node.value in self._fixed:
            return False
        self.row[node.value] = held(node.type, target)
        return True

    def refresh(self, node: Typed) -> bool:
        """Draw one of the columns that an expression reads anew."""
        names = [each.value for each in walk(node) if each.op == "column" and each.value not in self._fixed]
        if not names:
            return False
        name = self.source.choice(names)
        self.row[name] = self._redraw(name)
        return True

    def inside(self, variable: str, item: Any) -> Aim:
        """The same for an item of a list, under the name of a generator's variable."""
        outer = frozenset({*self.row, *self._fixed}) - {variable}
        return Aim({**self.row, variable: item}, [], self.source, outer, self._redraw, bold=self._bold)

    def _relate(self, node: Typed, relation: str) -> bool:
        left, right = node.args
        sides = [(left, right, relation), (right, left, _MIRROR[relation])]
        self.source.shuffle(sides)
        for side, other, wanted in sides:
            bound = self.value(other)
            if bound is None:
                if self.refresh(other):
                    return True
            elif self.aim(side, self._target(side, wanted, bound)):
                return True
        return self.refresh(node)

    def _target(self, side: Typed, relation: str, bound: Any) -> Any:
        """A value that stands in a relation to a bound: at it, next to it, or some way off."""
        if relation == "eq" or (relation in ("le", "ge") and self.source.random() < 0.3):
            return bound
        up = relation in ("gt", "ge") or (relation == "ne" and self.source.random() < 0.5)
        return beyond(bound, side.type, up, self.source, bold=self._bold)


def beyond(bound: Any, type: Type, up: bool, source: Random, *, bold: bool = True) -> Any:
    """A value above or below a bound."""
    if isinstance(bound, bool):
        return not bound
    if isinstance(bound, str):
        return bound + source.choice("az") if up else bound[:-1]
    if isinstance(bound, float):
        if not math.isfinite(bound):
            return bound
        share = source.choice(_FAR if bold else _NEAR) * (1 - source.random() / 2)
        away = max(abs(bound), 1e-3) * share
        value = bound + away if up else bound - away
        short = round(value, 4)
        return short if (short > bound if up else short < bound) else value
    far = source.choice([1, 1, 2, 10, 100] if bold else [1, 1, 2, 3])
    if type.kind == "date":
        from datetime import timedelta

        return bound + timedelta(days=far if up else -far)
    if type.kind == "decimal":
        from decimal import Decimal

        return bound + Decimal(far if up else -far).scaleb(-type.scale)
    return bound + far if up else bound - far


def _all_of(aim: Aim, node: Typed, wanted: bool) -> bool:
    open = [arg for arg in node.args if aim.value(arg) is not wanted]
    if not open:
        return False
    made = [aim.make(arg, wanted) for arg in open]
    return any(made)


def _one_of(aim: Aim, node: Typed, wanted: bool) -> bool:
    return any(aim.make(arg, wanted) for arg in aim.source.sample(node.args, len(node.args)))


def _and(aim: Aim, node: Typed, wanted: bool) -> bool:
    return _all_of(aim, node, True) if wanted else _one_of(aim, node, False)


def _or(aim: Aim, node: Typed, wanted: bool) -> bool:
    return _one_of(aim, node, True) if wanted else _all_of(aim, node, False)


def _not(aim: Aim, node: Typed, wanted: bool) -> bool:
    return aim.make(node.args[0], not wanted)


def _in(aim: Aim, node: Typed, wanted: bool) -> bool:
    if wanted:
        return aim.aim(node.args[0], aim.source.choice(tuple(node.value)))
    near = aim.source.choice(tuple(node.value))
    return aim.aim(node.args[0], beyond(near, node.args[0].type, True, aim.source))


def _matches(aim: Aim, node: Typed, wanted: bool) -> bool:
    found = string_for(node.value, aim.source) if wanted else string_against(node.value, aim.source)
    return found is not None and aim.aim(node.args[0], found)


def _is_null(aim: Aim, node: Typed, wanted: bool) -> bool:
    return aim.aim(node.args[0], None) if wanted else aim.refresh(node.args[0])


def _is_finite(aim: Aim, node: Typed, wanted: bool) -> bool:
    if wanted:
        return aim.refresh(node.args[0])
    return aim.aim(node.args[0], aim.source.choice([math.nan, math.inf, -math.inf]))


def _is_nan(aim: Aim, node: Typed, wanted: bool) -> bool:
    return aim.aim(node.args[0], math.nan) if wanted else aim.refresh(node.args[0])


def _if(aim: Aim, node: Typed, wanted: bool) -> bool:
    condition, then, other = node.args
    if aim.source.random() < 0.3:
        return aim.make(condition, not aim.value(condition))
    return aim.make(then if aim.value(condition) else other, wanted)


def _close(aim: Aim, node: Typed, wanted: bool) -> bool:
    for side, other in aim.source.sample([node.args, node.args[::-1]], 2):
        near = aim.value(other)
        if near is not None and aim.aim(side, near if wanted else near * 1.5 + 1.0):
            return True
    return aim.refresh(node)


def _part(join: Callable[[str, str], str]) -> Callable[[Aim, Typed, bool], bool]:
    def part(aim: Aim, node: Typed, wanted: bool) -> bool:
        text, piece = aim.value(node.args[0]), aim.value(node.args[1])
        if text is None or piece is None:
            return aim.refresh(node)
        if wanted:
            return aim.aim(node.args[0], join(text, piece))
        other = next(letter for letter in "zyx" if letter not in piece[:1] + piece[-1:])
        return aim.aim(node.args[0], text.replace(piece, other * len(piece)))

    return part


def _each(aim: Aim, node: Typed, wanted: bool) -> bool:
    """Every item is changed where all count, one where one is enough."""
    source, element = node.args[:2]
    items = aim.value(source)
    if not items:
        return aim.refresh(source)
    is_one = (node.op == "each_any") == wanted
    chosen = {aim.source.randrange(len(items))} if is_one else set(range(len(items)))
    made = []
    for number, item in enumerate(items):
        inner = aim.inside(node.value, item)
        if number in chosen and inner.value(element) is not wanted:
            inner.make(element, wanted)
        made.append(inner.row[node.value])
    return aim.aim(source, made)


_MAKE: dict[str, Callable[[Aim, Typed, bool], bool]] = {
    "and": _and,
    "close": _close,
    "contains": _part(lambda text, piece: text + piece),
    "each_all": _each,
    "each_any": _each,
    "ends_with": _part(lambda text, piece: text + piece),
    "if": _if,
    "in": _in,
    "is_finite": _is_finite,
    "is_nan": _is_nan,
    "is_null": _is_null,
    "matches": _matches,
    "not": _not,
    "or": _or,
    "starts_with": _part(lambda text, piece: piece + text),
}
"""By operation: how to give it a truth value."""
