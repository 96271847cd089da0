"""Turns one rule against its data, and no other: a few changes are tried, each judged before it counts."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import pairwise
from typing import Any

from peakguard.kinds.contract.sample.draw import Drawn
from peakguard.kinds.contract.sample.sequence import broken_sequence
from peakguard.kinds.contract.sample.subject import Test
from peakguard.kinds.contract.sample.table import Row, Table
from peakguard.kinds.contract.sample.values import ticks
from peakguard.kinds.contract.sample.walk import Walker
from peakguard.kinds.contract.sample.whole import settle_whole
from peakguard.runtime.lengths import nanoseconds

_TRIES = 12
_BEGINNINGS = 6
_PLACES = 4
"""How many rows more than needed are tried before the search begins anew."""


def broken(drawn: Drawn, rule: str, blamed: list[str]) -> Iterator[list[Row]]:
    """Rows that may break a rule alone, the smallest change first. `rule` is a demand on rows or a check over several.

    Rules that stood in the way are added to `blamed`.
    """
    test = drawn.table.subject.test(rule)
    if test is not None and test in drawn.table.subject.whole:
        yield from _whole(drawn, test, blamed)
    elif test is not None:
        yield from _rows(drawn, test, blamed)
    elif rule in _SEQUENCE or rule.endswith(".unique"):
        for change in _SEQUENCE.get(rule, _repeated)(drawn, rule, blamed):
            if change is not None:
                yield change


def _rows(drawn: Drawn, test: Test, blamed: list[str]) -> Iterator[list[Row]]:
    """As many rows as the rule does not tolerate any more; at first the last, as nothing looks back at them."""
    rows = drawn.table.rows
    needed = math.floor(test.rate * len(rows)) + 1
    for number in range(_BEGINNINGS):
        # Layout columns stay where they are as long as there is another way.
        walker = _copy(drawn, free=number % 2 == 1)
        spoilt = 0
        order = list(range(len(rows) - 1, -1, -1))
        if number // 2 == 1:
            order.reverse()
        elif number // 2 == 2:
            walker.source.shuffle(order)
        for at in order[: needed + _PLACES]:
            spoilt += _spoil(walker, at, test, blamed)
            if spoilt == needed:
                break
        if spoilt == needed:
            unmet = settle_whole(walker)
            if unmet is None:
                yield walker.table.rows
            else:
                blamed.append(unmet.rule)


def _spoil(walker: Walker, at: int, test: Test, blamed: list[str]) -> bool:
    table = walker.table
    before = {each: dict(table.rows[each]) for each in (at, *walker.followers(at))}
    walker.spoilt[at] = (test.id,)
    unmet = walker.settle(at) or walker.settle_after(at)
    if unmet is None:
        return True
    blamed.append(unmet.rule)
    del walker.spoilt[at]
    for each, row in before.items():
        table.put(each, row)
    return False


def _whole(drawn: Drawn, test: Test, blamed: list[str]) -> Iterator[list[Row]]:
    for _ in range(_TRIES):
        walker = _copy(drawn, free=False)
        unmet = settle_whole(walker, (test.id,))
        if unmet is None:
            yield walker.table.rows
        else:
            blamed.append(unmet.rule)


def _repeated(drawn: Drawn, rule: str, blamed: list[str]) -> Iterator[list[Row] | None]:
    """A row takes the key of another, near or far."""
    table = drawn.table
    columns = table.uniques.get(rule, ())
    pairs = [(at, at - 1) for at in range(len(table.rows) - 1, 0, -1)][:_TRIES]
    pairs += [(at, 0) for at in range(len(table.rows) - 1, 0, -1)][:_TRIES]
    for at, other in pairs:
        changed = {name: table.rows[other][name] for name in columns}
        if any(value is None for value in changed.values()):
            continue
        yield _changed(drawn, {at: changed}, rule, blamed)


def _swapped(drawn: Drawn, rule: str, blamed: list[str]) -> Iterator[list[Row] | None]:
    """Two neighbours of a group exchange their times, or one takes the other's."""
    table = drawn.table
    order = table.subject.spec.order
    assert order is not None
    for group in table.groups(order.within)[-_TRIES:]:
        for first, second in list(pairwise(group))[::-1][:_TRIES]:
            a, b = table.rows[first][order.by], table.rows[second][order.by]
            if a is not None and b is not None and a != b:
                yield _changed(drawn, {first: {order.by: b}, second: {order.by: a}}, rule, blamed)
                yield _changed(drawn, {second: {order.by: a}}, rule, blamed)


def _shifted(drawn: Drawn, rule: str, blamed: list[str]) -> Iterator[list[Row] | None]:
    """The first row of a group is moved so far back that too many rows are missing after it, or off the grid."""
    table = drawn.table
    cadence = table.subject.spec.cadence
    assert cadence is not None
    column = table.subject.columns[cadence.column]
    every = nanoseconds(cadence.every)
    for group in table.groups(cadence.within)[:_TRIES]:
        value = table.rows[group[0]][cadence.column]
        for steps in (cadence.max_gap + 1, cadence.max_gap + 2, cadence.max_gap + 9):
            back: Any = every * steps * ticks(column.type) // 10**9
            if column.type.kind == "date":
                back = timedelta(days=every * steps // (86_400 * 10**9))
            yield _changed(drawn, {group[0]: {cadence.column: value - back}}, rule, blamed)


_SEQUENCE: dict[str, Callable[[Drawn, str, list[str]], Iterator[list[Row] | None]]] = {
    "cadence": _shifted,
    "key": _repeated,
    "order": _swapped,
}


def _changed(drawn: Drawn, changes: dict[int, dict[str, Any]], rule: str, blamed: list[str]) -> list[Row] | None:
    """Rows with some cells set and held, the others of their rows repaired; None where no repair was found."""
    held = frozenset(name for cells in changes.values() for name in cells)
    walker = _copy(drawn, free=False, held=held)
    for at, cells in changes.items():
        walker.table.put(at, {**walker.table.rows[at], **cells})
    touched = {*changes, *(each for at in changes for each in walker.followers(at))}
    for at in sorted(touched):
        if rule in broken_sequence(walker.table, at):
            walker.spoilt[at] = (rule,)
        unmet = walker.settle(at)
        if unmet is not None:
            blamed.append(unmet.rule)
            return None
    unmet = settle_whole(walker)
    if unmet is not None:
        blamed.append(unmet.rule)
    return walker.table.rows if unmet is None else None


def _copy(drawn: Drawn, *, free: bool, held: frozenset[str] = frozenset()) -> Walker:
    """A walker over a copy of the rows; a `free` one may also change the columns that the layout set."""
    old = drawn.walker
    table = Table(drawn.table.subject, [dict(row) for row in drawn.table.rows])
    return Walker(table, old.cells, old.source, held if free else old.fixed | held)
