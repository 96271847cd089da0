"""Where rows stand before anything else is known of them: in which group, and when."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from random import Random
from typing import Any

from peakguard.kinds.contract.model import Contract
from peakguard.kinds.contract.sample.subject import Subject
from peakguard.kinds.contract.sample.table import Row, Table
from peakguard.kinds.contract.sample.values import START, Cells, seconds_of, ticks
from peakguard.runtime.lengths import nanoseconds

_TIMES = ("date", "datetime")
_LADDERS = (*_TIMES, "int64", "float64", "duration", "decimal")
_ROWS_A_GROUP = 50
_MOST_GROUPS = 8


class Layout:
    """Fixes the columns that divide rows into groups, and the one by which rows follow each other."""

    def __init__(self, subject: Subject, count: int, cells: dict[str, Cells], now: datetime, source: Random) -> None:
        spec = subject.spec
        self._subject = subject
        self._source = source
        self.by = _time_column(spec, subject)
        self.within = tuple(_group_columns(spec, subject, self.by))
        self._groups = self._draw_groups(count, cells)
        self._is_mixed = spec.order is not None and not set(self.within) <= set(spec.order.within)
        self._each = -(-count // max(1, len(self._groups)))
        self._step = self._step_of(spec)
        self._start = self._start_of(now)

    @property
    def fixed(self) -> frozenset[str]:
        """The columns that only the layout sets."""
        return frozenset({*self.within, *([self.by] if self.by is not None else [])})

    def place(self, table: Table, attempt: int) -> Row:
        """The fixed columns of the row after the last; each further attempt lies a step later."""
        at = len(table.rows)
        number = at % len(self._groups) if self._is_mixed else at // self._each
        row = dict(zip(self.within, self._groups[number], strict=True)) if self.within else {}
        if self.by is not None:
            row[self.by] = self._following(table, attempt)
        return row

    def _following(self, table: Table, attempt: int) -> Any:
        spec, last = self._subject.spec, self._last(table)
        value = self._start + self._step * attempt if last is None else last + self._step * (attempt + 1)
        if not table.rows:
            return value
        before = table.rows[-1][self.by or ""]
        if spec.cadence is not None and not set(self.within) <= set(spec.cadence.within):
            return before + self._step * (attempt + 1)
        return max(value, before + self._least) if self._is_mixed else value

    def _last(self, table: Table) -> Any:
        """The time of the row before in the same group."""
        at, by = len(table.rows), self.by or ""
        if self._is_mixed:
            return table.rows[at - len(self._groups)][by] if at >= len(self._groups) else None
        return table.rows[-1][by] if at % self._each else None

    @property
    def _least(self) -> Any:
        """The least distance between neighbours that the order asks for."""
        order = self._subject.spec.order
        return self._smallest() if order is not None and order.strict else self._step * 0

    def _smallest(self) -> Any:
        kind = self._subject.columns[self.by or ""].type.kind
        return timedelta(days=1) if kind == "date" else self._step / 1000 if kind == "float64" else 1

    def _step_of(self, spec: Contract) -> Any:
        if self.by is None:
            return None
        type = self._subject.columns[self.by].type
        seconds = 86_400 if type.kind == "date" else 3600
        every = nanoseconds(spec.cadence.every) if spec.cadence is not None else seconds * 10**9
        if type.kind == "date":
            return timedelta(days=max(1, every // (86_400 * 10**9)))
        if type.kind in ("datetime", "duration"):
            return max(1, every * ticks(type) // 10**9)
        return 1.0 if type.kind == "float64" else 1

    def _start_of(self, now: datetime) -> Any:
        """Far enough back that the newest row is as young as `freshness` asks; without it always the same day."""
        if self.by is None:
            return None
        column = self._subject.columns[self.by]
        fresh = self._subject.spec.freshness
        if column.type.kind not in _TIMES:
            least = column.least if column.least is not None else None
            return least if least is not None else self._step
        if fresh is None or fresh.column != self.by:
            return START if column.type.kind == "date" else seconds_of(START) * ticks(column.type)
        return newest(column.type, nanoseconds(fresh.max_age), self._step, now) - self._step * (self._each - 1)

    def _draw_groups(self, count: int, cells: dict[str, Cells]) -> list[tuple[Any, ...]]:
        wanted = min(_MOST_GROUPS, max(2, count // _ROWS_A_GROUP)) if self.within else 1
        found: dict[tuple[Any, ...], None] = {}
        tests = [test for test in self._subject.rows if set(test.reads) <= set(self.within) and test.reach == 0]
        for _ in range(wanted * 50):
            drawn = tuple(cells[name].present() for name in self.within)
            table = Table(self._subject._replace(whole=()), ())
            table.rows.append(dict(zip(self.within, drawn, strict=True)))
            if len(found) < wanted and not any(table.fails(test, 0) for test in tests):
                found[drawn] = None
        return list(found) or [tuple(cells[name].present() for name in self.within)]


def newest(type: Any, max_age: int, step: Any, now: datetime) -> Any:
    """A moment younger than an age, on a round multiple of the step where one is young enough."""
    if type.kind == "date":
        age = (now - datetime.combine(now.date(), datetime.min.time(), now.tzinfo)).total_seconds()
        return now.date() + timedelta(days=int(age * 2e9 > max_age))
    moment = int(now.timestamp()) * ticks(type)
    is_round = step * 2 * 10**9 // ticks(type) <= max_age
    return moment - moment % step if is_round else moment


def _time_column(spec: Contract, subject: Subject) -> str | None:
    named = [spec.cadence.column] if spec.cadence is not None else []
    named += [spec.order.by] if spec.order is not None else []
    named += [name for name in spec.key if subject.columns[name].type.kind in _TIMES]
    named += [spec.freshness.column] if spec.freshness is not None else []
    named = [name for name in named if subject.columns[name].type.kind in _LADDERS]
    return named[0] if named else None


def _group_columns(spec: Contract, subject: Subject, by: str | None) -> Iterator[str]:
    rules = [test.within for test in (*subject.rows, *subject.whole)]
    sets = [each.within for each in (spec.order, spec.cadence) if each is not None]
    named = dict.fromkeys(name for within in (*sets, *rules) for name in within)
    if by in spec.key:
        named |= dict.fromkeys(name for name in spec.key if subject.columns[name].type.kind in ("string", "enum"))
    yield from (name for name in named if name != by)
