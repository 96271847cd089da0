"""The rows drawn so far, with what tests over several rows need to know of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from peakguard.expression.reference.interpreter import column
from peakguard.kinds.contract.sample.subject import Subject, Test

Row = dict[str, Any]


class Table:
    """Rows in file order; `put` appends or replaces one and keeps groups and counts of keys true."""

    def __init__(self, subject: Subject, rows: Sequence[Row] = ()) -> None:
        spec = subject.spec
        self.subject = subject
        self.rows: list[Row] = []
        self.uniques = {"key": spec.key} if spec.key else {}
        self.uniques |= {f"columns.{name}.unique": (name,) for name, each in spec.columns.items() if each.unique}
        self._counts: dict[str, Counter[Any]] = {name: Counter() for name in self.uniques}
        self._withins = {test.within for test in (*subject.rows, *subject.whole)}
        self._withins |= {each.within for each in (spec.order, spec.cadence) if each is not None}
        self._groups: dict[tuple[str, ...], dict[Any, list[int]]] = {within: {} for within in self._withins}
        self._places: dict[tuple[str, ...], list[int]] = {within: [] for within in self._withins}
        for row in rows:
            self.put(len(self.rows), row)

    def put(self, at: int, row: Row) -> None:
        """Set the row at a position, which may be the one after the last."""
        if at == len(self.rows):
            self.rows.append(row)
            for within in self._withins:
                self._join(within, at)
        else:
            for name, columns in self.uniques.items():
                self._counts[name][_values(self.rows[at], columns)] -= 1
            moved = [within for within in self._withins if _values(self.rows[at], within) != _values(row, within)]
            self.rows[at] = row
            for within in moved:
                self._regroup(within)
        for name, columns in self.uniques.items():
            self._counts[name][_values(row, columns)] += 1

    def drop_last(self) -> None:
        """Take the last row away again."""
        row = self.rows[-1]
        for name, columns in self.uniques.items():
            self._counts[name][_values(row, columns)] -= 1
        for within in self._withins:
            group = self._groups[within][_values(row, within)]
            group.pop()
            if not group:
                del self._groups[within][_values(row, within)]
            self._places[within].pop()
        self.rows.pop()

    def count(self, name: str, at: int) -> int:
        """How many rows have the same unique columns as one of them."""
        return self._counts[name][_values(self.rows[at], self.uniques[name])]

    def before(self, within: tuple[str, ...], at: int) -> Row | None:
        """The row before one in its group."""
        group, place = self.group(within, at), self._places[within][at]
        return self.rows[group[place - 1]] if place else None

    def after(self, within: tuple[str, ...], at: int) -> list[int]:
        """The positions after one in its group."""
        return self.group(within, at)[self._places[within][at] + 1 :]

    def group(self, within: tuple[str, ...], at: int) -> list[int]:
        """The positions of the rows in the group of one."""
        return self._groups[within][_values(self.rows[at], within)]

    def groups(self, within: tuple[str, ...]) -> list[list[int]]:
        """The positions of the rows of each group; without `within` one group, also of no rows."""
        return [list(range(len(self.rows)))] if not within else list(self._groups[within].values())

    def window(self, test: Test, at: int) -> list[Mapping[str, Any]]:
        """The rows that a test reads for one, which is the last of them."""
        if test.reach == 0:
            return [self.rows[at]]
        group, place = self.group(test.within, at), self._places[test.within][at]
        first = 0 if test.reach is None else max(0, place - test.reach)
        return [self.rows[each] for each in group[first : place + 1]]

    def fails(self, test: Test, at: int) -> bool:
        """Whether a row counts against a test."""
        verdict = column(test.root, self.window(test, at))[-1]
        return test.fails_on_null if verdict is None else not verdict

    def _join(self, within: tuple[str, ...], at: int) -> None:
        group = self._groups[within].setdefault(_values(self.rows[at], within), [])
        self._places[within].append(len(group))
        group.append(at)

    def _regroup(self, within: tuple[str, ...]) -> None:
        self._groups[within], self._places[within] = {}, []
        for at in range(len(self.rows)):
            self._join(within, at)


def _values(row: Row, columns: Sequence[str]) -> Any:
    """Values to count and group by: nulls are equal to each other, lists have a place too."""
    return tuple("NaN" if row[name] != row[name] else _frozen(row[name]) for name in columns)


def _frozen(value: Any) -> Any:
    if isinstance(value, dict):
        return tuple(_frozen(each) for each in value.values())
    return tuple(map(_frozen, value)) if isinstance(value, list) else value
