"""Repairs what is asked of all rows together: many cells of a group are changed, then each row is settled again."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterator
from random import Random
from typing import Any

from peakguard.expression.reference.aggregate import AGGREGATE
from peakguard.expression.reference.interpreter import single
from peakguard.expression.typed import Typed, walk
from peakguard.kinds.contract.sample.aim import beyond
from peakguard.kinds.contract.sample.subject import Test
from peakguard.kinds.contract.sample.table import Table
from peakguard.kinds.contract.sample.walk import Unmet, Walker

_ROUNDS = 40
_OPPOSITE = {"lt": "ge", "le": "gt", "gt": "le", "ge": "lt", "eq": "ne", "ne": "eq"}


def failing_groups(table: Table, test: Test) -> list[list[int]]:
    """The groups that speak against a test of all rows."""
    return [group for group in table.groups(test.within) if _fails(table, test, group)]


def broken_whole(table: Table) -> list[str]:
    """The ids of all tests of all rows that fail for some group."""
    return [test.id for test in table.subject.whole if failing_groups(table, test)]


def settle_whole(walker: Walker, against: Collection[str] = ()) -> Unmet | None:
    """Change rows until every test of all rows holds, but those in `against`, which shall fail."""
    tests = walker.table.subject.whole
    for number in range(_ROUNDS):
        wrong = [test for test in tests if bool(failing_groups(walker.table, test)) != (test.id in against)]
        if not wrong:
            return None
        test = walker.source.choice(wrong)
        groups = failing_groups(walker.table, test) or walker.table.groups(test.within)[-1:]
        for group in groups:
            _improve(walker, test, group, test.id not in against, number)
    wrong = [test for test in tests if bool(failing_groups(walker.table, test)) != (test.id in against)]
    return Unmet(wrong[0].id, _ROUNDS * len(walker.table.rows)) if wrong else None


def _improve(walker: Walker, test: Test, group: list[int], wanted: bool, number: int) -> None:
    """One change of a group; kept where the test is nearer to what it should be, or every row can bear it."""
    table = walker.table
    before = [dict(table.rows[at]) for at in range(len(table.rows))]
    distance = _distance(table, test, group, wanted)
    change = walker.source.choice(list(_changes(walker, test, group, wanted)) or [None])
    if change is None:
        return
    spoiled = change()
    after = _distance(table, test, group, wanted)
    if spoiled or (after > distance and number % 4):
        for at, row in enumerate(before):
            if table.rows[at] != row:
                table.put(at, row)


def _changes(walker: Walker, test: Test, group: list[int], wanted: bool) -> Iterator[Callable[[], bool]]:
    """Ways to change a group; each tells whether it left a row that could not be settled."""
    rows = [walker.table.rows[at] for at in group]
    for node in walk(test.root):
        if node.op in _OPPOSITE:
            relation = node.op if wanted else _OPPOSITE[node.op]
            for side, other in (node.args, node.args[::-1]):
                if side.op in AGGREGATE:
                    bound = single(other, rows)
                    up = relation in ("gt", "ge", "ne") if side is node.args[0] else relation in ("lt", "le", "ne")
                    if side.args and bound is not None:
                        yield _towards(walker, test, group, side, bound, up, relation == "eq")
    names = [name for name in test.reads if name not in walker.fixed]
    for name in names:
        yield _same(walker, group, name)
        yield _redrawn(walker, group, name)


def _towards(
    walker: Walker, test: Test, group: list[int], side: Typed, bound: Any, up: bool, is_equal: bool
) -> Callable[[], bool]:
    """Bring an aggregate above or below a bound."""
    if side.op == "n_unique" and side.args[0].op == "column":
        return _varied(walker, group, side.args[0].value) if up else _same(walker, group, side.args[0].value)
    if side.op in ("share", "count") and side.args[0].type.kind == "bool":
        return _conditions(walker, test, group, side, bound, up)
    target = bound if is_equal else beyond(bound, side.type, up, walker.source)
    if side.op == "sum":
        target = target / len(group)

    held = frozenset(node.value for node in walk(side) if node.op == "column")

    def change() -> bool:
        for at in group:
            row = dict(walker.table.rows[at])
            aim = walker.aim(at, row, test._replace(reach=0))
            value = target
            if side.op == "std":
                # Twice as far apart as the least that is asked, or all in one place.
                value = (1000.0 if at % 2 else 1000.0 + 3 * abs(bound) + 1.0) if up else 1000.0
            elif isinstance(target, float) and walker.source.random() < 0.5:
                value = target * (1 + walker.source.random() * 0.05 * (1 if up == (target > 0) else -1))
            aim.aim(side.args[0], value)
            walker.table.put(at, row)
        return _settled(walker, group, held)

    return change


def _conditions(walker: Walker, test: Test, group: list[int], side: Typed, bound: Any, up: bool) -> Callable[[], bool]:
    """Make a condition true, or false, for as many rows as it takes."""
    share = float(bound) if side.op == "share" else float(bound) / max(1, len(group))

    def change() -> bool:
        source = walker.source
        aimed = min(1.0, max(0.0, share + (1 if up else -1) * source.choice([0.02, 0.1, 0.3, 1.0])))
        chosen = group[: math.ceil(aimed * len(group))] if source.random() < 0.5 else group
        for at in group if not up else chosen:
            is_chosen = source.random() < aimed if chosen is group else at in chosen
            row = dict(walker.table.rows[at])
            aim = walker.aim(at, row, test._replace(reach=None))
            if aim.value(side.args[0]) is not (up or is_chosen):
                aim.make(side.args[0], up or is_chosen)
                walker.table.put(at, row)
                if walker.failing(at) and walker.settle(at) is not None:
                    return True
        return _settled(walker, group)

    return change


def _same(walker: Walker, group: list[int], name: str) -> Callable[[], bool]:
    """One value for a column, all along."""

    def change() -> bool:
        value = walker.table.rows[walker.source.choice(group)][name] if group else None
        for at in group:
            walker.table.put(at, {**walker.table.rows[at], name: value})
        return _settled(walker, group)

    return change


def _varied(walker: Walker, group: list[int], name: str) -> Callable[[], bool]:
    """A value of its own for each row of a column."""

    def change() -> bool:
        for at in group:
            walker.table.put(at, {**walker.table.rows[at], name: walker.cells[name].fresh()})
        return _settled(walker, group)

    return change


def _redrawn(walker: Walker, group: list[int], name: str) -> Callable[[], bool]:
    """New values for some rows of a column."""

    def change() -> bool:
        share = walker.source.choice([0.1, 0.5, 1.0])
        for at in group:
            if walker.source.random() < share:
                walker.table.put(at, {**walker.table.rows[at], name: walker.cells[name].present()})
        return _settled(walker, group)

    return change


def _settled(walker: Walker, group: list[int], held: frozenset[str] = frozenset()) -> bool:
    """Repair every row of a group and what looks back at it; tells whether one could not be.

    At first the `held` columns stay as they are, so that the others follow them.
    """
    holding = Walker(walker.table, walker.cells, walker.source, walker.fixed | held)
    holding.spoilt = walker.spoilt
    for at in group:
        if walker.failing(at) and holding.settle(at) is not None and (not held or walker.settle(at) is not None):
            return True
    last = group[-1] if group else None
    return last is not None and walker.settle_after(last) is not None


def _fails(table: Table, test: Test, group: list[int]) -> bool:
    verdict = single(test.root, [table.rows[at] for at in group])
    return test.fails_on_null if verdict is None else not verdict


def _distance(table: Table, test: Test, group: list[int], wanted: bool) -> float:
    """How far a test is from a verdict; 0 where it has it."""
    return _off(test.root, [table.rows[at] for at in group], wanted)


def _off(node: Typed, rows: list[dict[str, Any]], wanted: bool) -> float:
    if single(node, rows) is wanted:
        return 0.0
    if node.op == "not":
        return _off(node.args[0], rows, not wanted)
    if node.op in ("and", "or"):
        parts = [_off(arg, rows, wanted) for arg in node.args]
        return sum(parts) if (node.op == "and") == wanted else min(parts)
    if node.op in _OPPOSITE:
        left, right = (single(arg, rows) for arg in node.args)
        if isinstance(left, int | float) and isinstance(right, int | float):
            gap = abs(float(left) - float(right))
            return gap / (1 + gap) + 1e-9
    return 1.0


def new_source(seed: str) -> Random:
    """A stream of chance of its own."""
    return Random(seed)  # noqa: S311 # sample data, not secrets
