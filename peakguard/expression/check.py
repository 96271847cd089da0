"""IR -> typed IR: every type fault of an expression at once, each on the piece of text that is at fault.

Where a part is faulty its type is unknown, which silences what would only follow from it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from peakguard.diagnostics import codes
from peakguard.expression import arithmetic, build, calls, ir, lists, relation
from peakguard.expression.check_units import check_units
from peakguard.expression.conclude import conclude
from peakguard.expression.fault import Fault, fault
from peakguard.expression.limits import MAX_WEIGHT
from peakguard.expression.scope import Column, Scope
from peakguard.expression.summary import summarise
from peakguard.expression.typed import Typed, TypedExpression
from peakguard.expression.types import BOOL, Type

WARNINGS = frozenset({codes.ALWAYS_FALSE, codes.ALWAYS_TRUE, codes.FLOAT_EQUALITY, codes.NEVER_NULL})
_NONE = frozenset({"is", "is not", "==", "!="})


def check(
    node: ir.Node, scope: Scope, want: Type | None = BOOL, *, bounded: bool = True
) -> tuple[TypedExpression | None, list[Fault]]:
    """The typed expression and its warnings, or None and everything that is wrong with it.

    `want` is the type it has to have; None accepts any. A bool that no column can change is a fault.
    """
    checker = Checker(scope)
    root = checker.visit(node)
    if root is not None:
        _judge(checker, root, want, bounded=bounded)
    faults = sorted(checker.faults, key=_place)
    if root is None or any(each.code not in WARNINGS for each in faults):
        return None, faults
    return summarise(root, checker.names, scope), faults


def _judge(checker: Checker, root: Typed, want: Type | None, *, bounded: bool) -> None:
    if want is not None and root.type.kind != want.kind:
        checker.add(codes.NOT_A_VERDICT, root, found=str(root.type))
    elif want is not None and root.op == "literal":
        value = "unknown" if root.value is None else str(root.value).lower()
        checker.add(codes.CONSTANT_RULE, root, value=value, bounds="")
    elif bounded and root.weight > MAX_WEIGHT:
        checker.add(codes.TOO_COSTLY, root, weight=root.weight, limit=MAX_WEIGHT)
    elif bounded:
        _reason(checker, root, is_rule=want is not None)


def _reason(checker: Checker, root: Typed, *, is_rule: bool) -> None:
    """What follows from units and bounds. A rule that can never be met is a fault, a needless part is a warning."""
    checker.faults += check_units(root, checker.scope)
    decided, conclusions = conclude(root, checker.scope)
    if decided is False and is_rule:
        bounds = next((each.data["bounds"] for each in conclusions if "bounds" in each.data), "")
        checker.add(codes.CONSTANT_RULE, root, value="false", bounds=bounds)
    else:
        checker.faults += conclusions


def _place(each: Fault) -> tuple[int, int]:
    return each.start, each.end


class Checker:
    """Walks the IR of one expression. `visit` gives the typed node, or None where a fault was recorded."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.faults: list[Fault] = []
        self.names: dict[str, None] = {}
        self.aggregate = ""
        """The dataset function whose argument is being visited."""
        self.present: frozenset[str] = frozenset()
        """Columns known not to be null where we are, as in `is_null(x) or …`."""
        self.items: dict[str, Column] = {}
        """The variable of the generator that is being visited."""

    def visit(self, node: ir.Node) -> Typed | None:
        """The typed form of a node, or None after at least one fault in it."""
        return _VISITORS[type(node)](self, node)

    def add(self, code: str, at: Any, **data: Any) -> None:
        """Record a fault at anything that has a start and an end."""
        self.faults.append(fault(code, at.start, at.end, **data))

    def _settle(self, made: Typed | Fault | list[Fault]) -> Typed | None:
        if isinstance(made, Typed):
            return made
        self.faults.extend(made if isinstance(made, list) else [made])
        return None

    def _literal(self, node: ir.Literal) -> Typed | None:
        if node.value is None:
            self.add(codes.NONE_LITERAL, node)
            return None
        return relation.written(node)

    @contextmanager
    def looping(self, variable: str, element: Column) -> Iterator[None]:
        """Inside a generator: its variable can be read."""
        self.items[variable] = element
        outer, self.present = self.present, self.present - {variable}
        yield
        self.present = outer
        del self.items[variable]

    @contextmanager
    def assuming(self, condition: ir.Node | None) -> Iterator[None]:
        """Where a condition holds: a column that it finds not to be null is not null."""
        outer = self.present
        self.present = outer | (calls.known_where(condition, holds=True) if condition is not None else frozenset())
        yield
        self.present = outer

    def _name(self, node: ir.Name) -> Typed | None:
        item = self.items.get(node.name)
        if item is not None:
            return self._item(node, item)
        declared = self.scope.columns.get(node.name)
        if declared is None:
            self._unknown(node)
            return None
        if self.scope.dataset and not self.aggregate:
            self.add(codes.ROW_IN_DATASET, node, name=node.name)
            return None
        self.names[node.name] = None
        if node.name in self.present:
            declared = declared._replace(nullable=False)
        return build.column(node.name, declared, node.start, node.end)

    def _item(self, node: ir.Name, item: Column) -> Typed:
        made = build.column(node.name, item, node.start, node.end)
        made.op = "item"
        if node.name in self.present:
            made.nullable = made.unknown = False
        return made

    def _unknown(self, node: ir.Name) -> None:
        from peakguard.diagnostics.wording import did_you_mean

        known = [*self.items, *self.scope.columns]
        suggestion = did_you_mean(node.name, known)
        self.add(codes.UNKNOWN_NAME, node, name=node.name, known=", ".join(known), suggestion=suggestion)

    def _unary(self, node: ir.Unary) -> Typed | None:
        if node.operator == "not":
            operand = self.verdict(node.operand, "not")
            return operand and build.verdict("not", (operand,), node.start, node.end)
        operand = self.visit(node.operand)
        if operand is None:
            return None
        return self._settle(arithmetic.signed(node.operator, operand, node.start, node.end))

    def _binary(self, node: ir.Binary) -> Typed | None:
        left, right = self.visit(node.left), self.visit(node.right)
        if left is None or right is None:
            return None
        return self._settle(arithmetic.binary(node.operator, left, right, node.start, node.end))

    def _compare(self, node: ir.Compare) -> Typed | None:
        absent = [_is_none(each) for each in node.operands]
        operands = [None if missing else self.visit(each) for each, missing in zip(node.operands, absent, strict=True)]
        made = []
        for index, operator in enumerate(node.operators):
            left, right = operands[index : index + 2]
            if absent[index] or absent[index + 1]:
                first, last = node.operands[index], node.operands[index + 1]
                self.faults.append(fault(codes.NONE_LITERAL, first.start, last.end))
            elif left is not None and right is not None:
                made.append(self._pair(operator, left, right))
        found = [each for each in made if each is not None]
        if len(found) < len(node.operators):
            return None
        return relation.logic("and", found, node.start, node.end)

    def _pair(self, operator: str, left: Typed, right: Typed) -> Typed | None:
        made = self._settle(relation.compare(operator, left, right))
        if made is not None and relation.is_inexact(operator, left, right):
            self.add(codes.FLOAT_EQUALITY, made, operator=operator)
        return made

    def _membership(self, node: ir.Membership) -> Typed | None:
        nones = [each for each in node.values if each.value is None]
        for each in nones:
            self.add(codes.NONE_LITERAL, each)
        item = self.visit(node.item)
        if item is None or nones:
            return None
        made = self._settle(relation.membership(item, node))
        if made is not None and relation.has_inexact_value(item, node):
            self.add(codes.FLOAT_EQUALITY, made, operator="in")
        return made

    def _logic(self, node: ir.Logic) -> Typed | None:
        outer = self.present
        operands = []
        for each in node.operands:
            operands.append(self.verdict(each, node.operator))
            self.present |= calls.known_where(each, holds=node.operator == "and")
        self.present = outer
        found = [each for each in operands if each is not None]
        if len(found) < len(operands):
            return None
        return relation.logic(node.operator, found, node.start, node.end)

    def _choice(self, node: ir.Choice) -> Typed | None:
        condition = self.verdict(node.condition, "if")
        outer = self.present
        branches = []
        for branch, holds in ((node.then, True), (node.other, False)):
            self.present = outer | calls.known_where(node.condition, holds=holds)
            branches.append(self.visit(branch))
        self.present = outer
        then, other = branches
        if condition is None or then is None or other is None:
            return None
        return self._settle(relation.choice(condition, then, other, node.start, node.end))

    def verdict(self, node: ir.Node, operator: str) -> Typed | None:
        """The typed form of a node that has to be a bool for the sake of an operator."""
        found = self.visit(node)
        if found is not None and found.type.kind != "bool":
            self.add(codes.WRONG_OPERAND, node, operator=operator, expected="a bool", found=str(found.type))
            return None
        return found

    def _call(self, node: ir.Call) -> Typed | None:
        return calls.call(self, node)


def _is_none(node: ir.Node) -> bool:
    return isinstance(node, ir.Literal) and node.value is None


_VISITORS: dict[type, Callable[[Checker, Any], Typed | None]] = {
    ir.Binary: Checker._binary,
    ir.Call: Checker._call,
    ir.Choice: Checker._choice,
    ir.Compare: Checker._compare,
    ir.Each: lists.each,
    ir.Field: lists.field,
    ir.Literal: Checker._literal,
    ir.Logic: Checker._logic,
    ir.Membership: Checker._membership,
    ir.Name: Checker._name,
    ir.Unary: Checker._unary,
}
