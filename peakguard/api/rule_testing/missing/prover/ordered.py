"""What operations on rows in order make of the few rows that are unrolled; beside `expression.reference.ordered`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import z3

from peakguard.api.rule_testing.missing.prover import arithmetic
from peakguard.api.rule_testing.missing.prover.cells import (
    Cell,
    chosen,
    either,
    joined,
    largest,
    opposite,
    smallest,
)
from peakguard.expression.typed import Typed


def prev(node: Typed, values: Sequence[Cell]) -> Cell:
    """The value so many rows before the last."""
    n: int = node.value
    return values[-1 - n] if len(values) > n else values[0]._replace(null=True)


def first(node: Typed, values: Sequence[Cell]) -> Cell:
    """The value of the first row."""
    return values[0]


def since(node: Typed, events: Sequence[Cell]) -> Cell:
    """How many rows ago something was true."""
    found = Cell(z3.IntVal(0), null=True)
    for ago in range(len(events) - 1, -1, -1):
        event = events[-1 - ago]
        found = chosen(_happened(event), Cell(z3.IntVal(ago)), found)
    return found


def _happened(event: Cell) -> Any:
    return z3.And(opposite(event.null), event.term)


def _rolling(join: Callable[[list[Cell]], Cell]) -> Callable[[Typed, Sequence[Cell]], Cell]:
    def rolling(node: Typed, values: Sequence[Cell]) -> Cell:
        n: int = node.value
        window = list(values[-n:])
        if len(window) < n:
            return values[0]._replace(null=True)
        return _fitted(join(window)._replace(null=either(*(each.null for each in window))))

    return rolling


def _cumulated(join: Callable[[Cell, Cell], Cell]) -> Callable[[Typed, Sequence[Cell]], Cell]:
    def cumulated(node: Typed, values: Sequence[Cell]) -> Cell:
        so_far = values[0]
        for each in values[1:]:
            more = chosen(so_far.null, each, join(so_far, each)._replace(null=False))
            so_far = chosen(each.null, so_far, more)
        return _fitted(so_far._replace(null=values[-1].null))

    return cumulated


def _fitted(made: Cell) -> Cell:
    return made._replace(null=either(made.null, arithmetic.overflow(made.term))) if z3.is_int(made.term) else made


def _sum(a: Cell, b: Cell) -> Cell:
    return arithmetic.add(_PLAIN, a, b)


def _mean(window: list[Cell]) -> Cell:
    total = joined(window, _sum)
    return total._replace(term=total.term / len(window))


_PLAIN: Any = None
"""Stands for a node whose constants are not asked for."""

ORDERED: dict[str, Callable[[Typed, Sequence[Cell]], Cell]] = {
    "cum_max": _cumulated(largest),
    "cum_min": _cumulated(smallest),
    "cum_sum": _cumulated(_sum),
    "first": first,
    "prev": prev,
    "rolling_max": _rolling(lambda window: joined(window, largest)),
    "rolling_mean": _rolling(_mean),
    "rolling_min": _rolling(lambda window: joined(window, smallest)),
    "rolling_sum": _rolling(lambda window: joined(window, _sum)),
    "since": since,
}
"""By operation: from the values of all rows up to one to the value for that one."""
