"""Repairs a row until no test speaks against it: a failing test is chosen by chance and made to hold."""

from __future__ import annotations

from collections.abc import Collection
from random import Random
from typing import NamedTuple

from peakguard.kinds.contract.sample.aim import Aim, beyond
from peakguard.kinds.contract.sample.sequence import broken_sequence
from peakguard.kinds.contract.sample.subject import Test
from peakguard.kinds.contract.sample.table import Row, Table
from peakguard.kinds.contract.sample.values import Cells

_STEPS = 80
_RESTART_EVERY = 20
_COPY_AT = 5
_BOLD_FROM = 12


class Unmet(NamedTuple):
    """The demand that stood in the way most often, and how many rows were tried."""

    rule: str
    tries: int


class Walker:
    """Repairs rows of one table. `fixed` columns are never changed; `spoilt` rows shall speak against these demands."""

    def __init__(self, table: Table, cells: dict[str, Cells], source: Random, fixed: frozenset[str]) -> None:
        self.table = table
        self.cells = cells
        self.source = source
        self.fixed = fixed
        self.spoilt: dict[int, Collection[str]] = {}

    def failing(self, at: int) -> list[str]:
        """The demands on a row that are not as they should be: all met but those that it shall speak against."""
        table, against = self.table, self.spoilt.get(at, ())
        wrong = [name for name in broken_sequence(table, at) if name not in against]
        for is_long in (False, True):
            # What reads all rows before it is asked only of a row that is well otherwise.
            tests = [] if wrong and is_long else [t for t in table.subject.rows if (t.reach is None) == is_long]
            wrong += [test.id for test in tests if table.fails(test, at) != (test.id in against)]
        return wrong

    def settle(self, at: int, steps: int = _STEPS) -> Unmet | None:
        """Repair the row at a position; None where that came out well. Otherwise the row is as it was."""
        table, first = self.table, dict(self.table.rows[at])
        against = self.spoilt.get(at, ())
        blamed: dict[str, int] = {}
        for number in range(steps):
            wrong = self.failing(at)
            if not wrong:
                return None
            for name in wrong:
                blamed[name] = blamed.get(name, 0) + 1
            beyond_reach = next((name for name in wrong if self._is_fixed(name)), None)
            if beyond_reach is not None:
                table.put(at, first)
                return Unmet(beyond_reach, 1)
            row = dict(table.rows[at])
            if number % _RESTART_EVERY == _COPY_AT and at:
                # What suited the row before is near to what suits this one.
                row |= {name: value for name, value in table.rows[at - 1].items() if name not in self.fixed}
            elif number % _RESTART_EVERY == _RESTART_EVERY - 1:
                row |= {name: self.cells[name].draw() for name in row if name not in self.fixed}
            else:
                self._improve(at, row, self.source.choice(wrong), bold=number > _BOLD_FROM)
            table.put(at, row)
        wrong = self.failing(at)
        if not wrong:
            return None
        table.put(at, first)
        # A row that was moved in time to no avail is not out of order because of the rules.
        others = [name for name in blamed if name not in (*against, "order", "cadence")] or list(blamed)
        return Unmet(max(others, key=lambda name: (blamed[name], name in wrong)), steps)

    def settle_after(self, at: int) -> Unmet | None:
        """Repair the rows that look back at a changed one, in their order."""
        for each in sorted(self.followers(at)):
            if self.failing(each):
                unmet = self.settle(each)
                if unmet is not None:
                    return unmet
        return None

    def followers(self, at: int) -> set[int]:
        """The rows whose tests read a row before them."""
        spec = self.table.subject.spec
        found: set[int] = set()
        for rule in (spec.order, spec.cadence):
            if rule is not None:
                found.update(self.table.after(rule.within, at)[:1])
        for test in self.table.subject.rows:
            if test.reach != 0:
                found.update(self.table.after(test.within, at)[: test.reach])
        return found

    def aim(self, at: int, row: Row, test: Test, *, bold: bool = True) -> Aim:
        """A row to change for a test, with the rows before it that the test reads."""
        before = self.table.window(test, at)[:-1] if at < len(self.table.rows) else []
        return Aim(row, before, self.source, self.fixed, lambda name: self.cells[name].draw(), bold=bold)

    def _is_fixed(self, name: str) -> bool:
        """Whether nothing that a demand reads may be changed."""
        test = self.table.subject.test(name)
        return test is not None and bool(test.reads) and self.fixed.issuperset(test.reads)

    def _improve(self, at: int, row: Row, name: str, *, bold: bool) -> None:
        test = self.table.subject.test(name)
        if test is not None:
            self.aim(at, row, test, bold=bold).make(test.root, name not in self.spoilt.get(at, ()))
            return
        spec = self.table.subject.spec
        columns = self.table.uniques.get(name, ())
        if name == "order" and spec.order is not None:
            columns = (spec.order.by,)
        free = [each for each in columns if each not in self.fixed]
        if free:
            chosen = self.source.choice(free)
            row[chosen] = self._rising(at, chosen) if name == "order" else self.cells[chosen].draw()

    def _rising(self, at: int, name: str) -> object:
        """A value of the column by which rows rise: that of the row before, or a little more."""
        order = self.table.subject.spec.order
        assert order is not None
        before = self.table.before(order.within, at)
        value = before[name] if before is not None else None
        drawn = self.cells[name].present()
        if value is None or drawn > value:
            return drawn
        return beyond(value, self.table.subject.columns[name].type, True, self.source) if order.strict else value
