"""A contract as the search sees it: its columns, and one test for each demand on a row or on all rows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from peakguard.expression import compile_text
from peakguard.expression.interval import above, below
from peakguard.expression.reference.ordered import ORDERED
from peakguard.expression.scope import Scope
from peakguard.expression.typed import Typed, walk
from peakguard.expression.types import BOOL, Column, Type
from peakguard.kinds.contract.demands import Demand, demands
from peakguard.kinds.contract.model import Contract
from peakguard.kinds.contract.scope import scope_of


class Test(NamedTuple):
    """A demand in the form that supposes nothing of other columns.

    `reach` is how many rows of its group it looks back, None for all of them. `rate` is the share of rows that may
    fail before the demand counts as broken.
    """

    id: str
    root: Typed
    reads: tuple[str, ...]
    within: tuple[str, ...]
    fails_on_null: bool
    reach: int | None
    rate: float


class Subject(NamedTuple):
    """`columns` are typed and bounded, `rows` are the tests of rows, `whole` those of all rows or of each group."""

    spec: Contract
    columns: dict[str, Column]
    rows: tuple[Test, ...]
    whole: tuple[Test, ...]

    def test(self, name: str) -> Test | None:
        """The test of an id, None for what is no expression."""
        return next((each for each in (*self.rows, *self.whole) if each.id == name), None)


def subject_of(spec: Contract) -> Subject:
    """The tests of a contract without errors. Rules whose mode is off ask nothing."""
    active = [demand for demand in demands(spec) if demand.rule.mode != "off"]
    rows, whole = (scope_of(spec, is_dataset=is_dataset, trusts=False) for is_dataset in (False, True))
    columns = dict(scope_of(spec).columns)
    tests = tuple(_test(demand, rows) for demand in active if not demand.is_dataset)
    for test in tests:
        narrow(columns, test.root)
    return Subject(spec, columns, tests, tuple(_test(demand, whole) for demand in active if demand.is_dataset))


def _test(demand: Demand, scope: Scope) -> Test:
    root = _typed(demand.guarded or demand.text, scope)
    if demand.rule.when is not None and not demand.is_dataset:
        # A row passes that the rule does not apply to.
        excused = Typed("not", (_typed(demand.rule.when, scope),), BOOL, 0, 0)
        root = Typed("or", (excused, root), BOOL, 0, 0)
    reads = tuple(dict.fromkeys(_columns(root)))
    rule = demand.rule
    return Test(demand.id, root, reads, rule.within, rule.on_null == "fail", reach(root), rule.max_fail_rate)


def _typed(text: str, scope: Scope) -> Typed:
    typed, faults = compile_text(text, scope, bounded=False)
    assert typed is not None, (text, faults)
    return typed.root


def _columns(root: Typed) -> Iterator[str]:
    return (node.value for node in walk(root) if node.op == "column")


def reach(node: Typed) -> int | None:
    """How many rows before its own an expression reads; None where that has no bound."""
    inner = [reach(arg) for arg in node.args]
    if None in inner or (node.op in ORDERED and node.op != "prev" and not node.op.startswith("rolling_")):
        return None
    deepest = max((each for each in inner if each is not None), default=0)
    if node.op == "prev":
        return deepest + int(node.value)
    return deepest + int(node.value) - 1 if node.op.startswith("rolling_") else deepest


def narrow(columns: dict[str, Column], root: Typed) -> None:
    """Tighten the bounds of columns by what a rule says of them outright, as `0 < x and x <= 10` does."""
    if root.op == "and":
        for arg in root.args:
            narrow(columns, arg)
    elif root.op in _MIRROR:
        left, right = root.args
        for side, other, relation in ((left, right, root.op), (right, left, _MIRROR[root.op])):
            if side.op == "column" and other.op == "literal" and side.type.kind in ("int64", "float64"):
                columns[side.value] = _narrowed(columns[side.value], relation, other.value, side.type)


def _narrowed(column: Column, relation: str, bound: Any, type: Type) -> Column:
    if relation in ("gt", "ge"):
        least = above(bound, type) if relation == "gt" else bound
        return column._replace(least=least if column.least is None else max(column.least, least))
    most = below(bound, type) if relation == "lt" else bound
    return column._replace(most=most if column.most is None else min(column.most, most))


_MIRROR = {"lt": "gt", "le": "ge", "gt": "lt", "ge": "le"}
