"""Draws the rows of a contract, each settled before the next."""

from __future__ import annotations

import math
from collections.abc import Collection
from datetime import datetime
from random import Random
from typing import NamedTuple

from peakguard.diagnostics import codes
from peakguard.kinds.contract.model import Contract
from peakguard.kinds.contract.sample.layout import Layout, newest
from peakguard.kinds.contract.sample.subject import Subject
from peakguard.kinds.contract.sample.table import Table
from peakguard.kinds.contract.sample.values import Cells
from peakguard.kinds.contract.sample.walk import Unmet, Walker
from peakguard.kinds.contract.sample.whole import new_source, settle_whole
from peakguard.runtime.errors import PeakguardError
from peakguard.runtime.lengths import nanoseconds

_PLACES = 400
"""How many places are tried for a row, each a step later than the one before."""
_TRIES_A_ROW = 2000
"""How many changes of a row are tried, in all its places."""
_BEGINNINGS = 40
_MOST_TRIES = 20_000


class Drawn(NamedTuple):
    """Rows that satisfy a contract, and what made them, for changes to come."""

    table: Table
    walker: Walker


def draw(subject: Subject, count: int, seed: str, now: datetime, against: Collection[str] = ()) -> Drawn:
    """So many rows; tests of all rows that are `against` shall fail.

    Raises PeakguardError (PG2007) that names the demand which could not be met.
    """
    blamed, tries = "", 0
    for beginning in range(_BEGINNINGS):
        drawn = _drawn(subject, count, f"{seed}/{beginning}", now, against)
        if isinstance(drawn, Drawn):
            return drawn
        blamed, tries = drawn.rule, tries + drawn.tries
        if tries > _MOST_TRIES:
            break
    raise PeakguardError(codes.SAMPLE_NOT_FOUND, contract=subject.spec.name, rule=blamed, tries=tries)


def possible_count(spec: Contract, wanted: int) -> int:
    """The number of rows nearest to the one that is wanted which the contract allows."""
    least = spec.rows.min if spec.rows is not None and spec.rows.min is not None else 0
    most = spec.rows.max if spec.rows is not None and spec.rows.max is not None else wanted
    return max(least, min(wanted, most))


def _drawn(subject: Subject, count: int, seed: str, now: datetime, against: Collection[str]) -> Drawn | Unmet:
    table = Table(subject)
    cells = {
        name: Cells(declared, subject.columns[name], f"{seed}/{name}", is_varied=_is_varied(subject, name))
        for name, declared in subject.spec.columns.items()
    }
    layout = Layout(subject, count, cells, now, new_source(f"{seed} layout"))
    walker = Walker(table, cells, new_source(f"{seed} walk"), layout.fixed)
    levels = Levels(subject, new_source(f"{seed} levels"))
    for _ in range(count):
        unmet = _append(walker, layout, levels)
        if unmet is not None:
            return unmet
    unmet = settle_whole(walker, against) or _refresh_newest(walker, now)
    return unmet if unmet is not None else Drawn(table, walker)


def _append(walker: Walker, layout: Layout, levels: Levels) -> Unmet | None:
    table = walker.table
    at = len(table.rows)
    blamed, tries = None, 0
    for attempt in range(_PLACES if layout.by is not None else 3):
        if len(table.rows) > at:
            table.drop_last()
        placed = layout.place(table, attempt)
        near = levels.next(tuple(placed[name] for name in layout.within))
        drawn = {name: walker.cells[name].draw(near.get(levels.key(name))) for name in table.subject.columns}
        table.put(at, {**drawn, **placed})
        unmet = walker.settle(at)
        if unmet is None:
            return None
        blamed, tries = unmet.rule, tries + unmet.tries
        if tries > _TRIES_A_ROW:
            break
    assert blamed is not None
    return Unmet(blamed, tries)


def _is_varied(subject: Subject, name: str) -> bool:
    return name in subject.spec.key or subject.spec.columns[name].unique


def _refresh_newest(walker: Walker, now: datetime) -> Unmet | None:
    """Where the time that must be fresh is not the one by which rows are placed, the last row gets a fresh one."""
    fresh, table = walker.table.subject.spec.freshness, walker.table
    if fresh is None or not table.rows or fresh.column in walker.fixed:
        return None
    at = len(table.rows) - 1
    value = newest(table.subject.columns[fresh.column].type, nanoseconds(fresh.max_age), 1, now)
    table.put(at, {**table.rows[at], fresh.column: value})
    held = Walker(table, walker.cells, walker.source, walker.fixed | {fresh.column})
    return held.settle(at)


class Levels:
    """Prices and their like wander: floats of one unit and the same bounds share a level in each group of rows."""

    def __init__(self, subject: Subject, source: Random) -> None:
        self._columns = subject.columns
        self._source = source
        self._levels: dict[tuple[object, ...], dict[tuple[object, ...], float]] = {}
        self._keys = list(dict.fromkeys(self.key(name) for name in subject.columns))

    def key(self, name: str) -> tuple[object, ...]:
        """What columns have in common that share a level."""
        column = self._columns[name]
        return (column.type.kind, column.unit, column.least, column.most)

    def next(self, group: tuple[object, ...]) -> dict[tuple[object, ...], float]:
        """The levels of the next row of a group."""
        levels = self._levels.setdefault(group, {})
        for key in self._keys:
            at = levels.get(key)
            moved = self._source.uniform(20.0, 200.0) if at is None else at * math.exp(self._source.gauss(0.0, 0.01))
            levels[key] = min(max(moved, 1.0), 10_000.0)
        return dict(levels)
