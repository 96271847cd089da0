"""What key, unique, order and cadence ask of a row, in plain Python."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from peakguard.kinds.contract.sample.table import Table
from peakguard.kinds.contract.sample.values import ticks
from peakguard.runtime.lengths import nanoseconds


def broken_sequence(table: Table, at: int) -> Iterator[str]:
    """The ids of the checks over several rows that a row speaks against, seen from the rows before it."""
    for name, columns in table.uniques.items():
        is_missing = name != "key" and table.rows[at][columns[0]] is None
        if not is_missing and table.count(name, at) > 1:
            yield name
    order, cadence = table.subject.spec.order, table.subject.spec.cadence
    if order is not None and not _rises(table, at):
        yield "order"
    if cadence is not None and not _keeps_step(table, at):
        yield "cadence"


def sequence_ids(table: Table) -> list[str]:
    """The ids of all such checks of a contract."""
    spec = table.subject.spec
    return [*table.uniques, *(name for name in ("order", "cadence") if getattr(spec, name) is not None)]


def _rises(table: Table, at: int) -> bool:
    order = table.subject.spec.order
    assert order is not None
    now, before = table.rows[at][order.by], table.before(order.within, at)
    then = before[order.by] if before is not None else None
    if now is None or then is None:
        return True
    return bool(now > then if order.strict else now >= then)


def _keeps_step(table: Table, at: int) -> bool:
    cadence = table.subject.spec.cadence
    assert cadence is not None
    before = table.before(cadence.within, at)
    now, then = table.rows[at][cadence.column], before[cadence.column] if before is not None else None
    if now is None or then is None:
        return True
    every = nanoseconds(cadence.every)
    step = _nanoseconds(table, cadence.column, now, then)
    return step % every == 0 and every <= step <= every * (cadence.max_gap + 1)


def _nanoseconds(table: Table, name: str, now: Any, then: Any) -> int:
    if isinstance(now, date):
        return int((now - then).days) * 86_400 * 10**9
    return int(now - then) * (10**9 // ticks(table.subject.columns[name].type))
