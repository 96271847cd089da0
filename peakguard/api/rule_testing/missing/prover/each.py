"""What generators make of short lists that are not known yet; beside `expression.reference.each`."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import z3

from peakguard.api.rule_testing.missing.prover import arithmetic
from peakguard.api.rule_testing.missing.prover.cells import (
    Cell,
    Untranslatable,
    both,
    chosen,
    either,
    is_true,
    joined,
    kleene_and,
    kleene_or,
    largest,
    opposite,
    smallest,
)
from peakguard.expression.typed import Typed


class Element(NamedTuple):
    """The value of one item, and whether it is there and kept: false where the list is too short, null if unknown."""

    value: Cell
    kept: Cell


def over(node: Typed, elements: list[Element]) -> Cell:
    """The value of a generator for one row."""
    if node.op not in _EACH:
        raise Untranslatable(node.op)
    return _EACH[node.op](node, elements)


def _all(node: Typed, elements: list[Element]) -> Cell:
    implied = [kleene_or([each.kept._replace(term=opposite(each.kept.term)), each.value]) for each in elements]
    return kleene_and(implied)


def _any(node: Typed, elements: list[Element]) -> Cell:
    return kleene_or([kleene_and([each.kept, each.value]) for each in elements])


def _unknown(elements: list[Element]) -> object:
    """Whether it is not known what is kept, or a value that is."""
    return either(*(either(each.kept.null, both(is_true(each.kept), each.value.null)) for each in elements))


def _count(node: Typed, elements: list[Element]) -> Cell:
    is_test = node.args[1].type.kind == "bool"
    ones = [
        z3.If(both(is_true(each.kept), either(not is_test, is_true(each.value))), z3.IntVal(1), z3.IntVal(0))
        for each in elements
    ]
    return Cell(z3.Sum(ones), _unknown(elements))


def _sum(node: Typed, elements: list[Element]) -> Cell:
    zero = Cell(z3.RealVal(0) if node.type.kind in ("float64", "decimal") else z3.IntVal(0))
    kept = [chosen(is_true(each.kept), each.value._replace(null=False), zero) for each in elements]
    total = joined(kept, lambda a, b: arithmetic.add(node, a, b))
    is_null = _unknown(elements)
    if z3.is_int(total.term):
        is_null = either(is_null, arithmetic.overflow(total.term))
    return total._replace(null=is_null)


def _extreme(join: Callable[[Cell, Cell], Cell]) -> Callable[[Typed, list[Element]], Cell]:
    def extreme(node: Typed, elements: list[Element]) -> Cell:
        found, has_any = elements[0].value, is_true(elements[0].kept)
        for each in elements[1:]:
            kept, value = is_true(each.kept), each.value._replace(null=False)
            found = chosen(kept, chosen(has_any, join(found._replace(null=False), value), value), found)
            has_any = either(has_any, kept)
        return found._replace(null=either(_unknown(elements), opposite(has_any)))

    return extreme


def _mean(node: Typed, elements: list[Element]) -> Cell:
    total = _sum(node, elements)
    count = z3.Sum([z3.If(is_true(each.kept), z3.RealVal(1), z3.RealVal(0)) for each in elements])
    is_null = either(total.null, count == 0)
    return total._replace(term=total.term / z3.If(count == 0, z3.RealVal(1), count), null=is_null)


_EACH: dict[str, Callable[[Typed, list[Element]], Cell]] = {
    "each_all": _all,
    "each_any": _any,
    "each_count": _count,
    "each_max": _extreme(largest),
    "each_mean": _mean,
    "each_min": _extreme(smallest),
    "each_sum": _sum,
}
