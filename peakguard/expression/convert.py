"""Python's tree -> ours. What is not named here does not exist in the language."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any, TypeVar, cast

from peakguard.diagnostics import codes
from peakguard.expression import ir, lookups, refusal
from peakguard.expression.fault import Fault, fault
from peakguard.expression.limits import MAX_DEPTH, MAX_INTEGER, MAX_LIST, MAX_NODES, MAX_STRING, MIN_INTEGER

_BINARY: dict[type[ast.AST], str] = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.Div: "/",
    ast.FloorDiv: "//",
    ast.Mod: "%",
}
_COMPARE: dict[type[ast.AST], str] = {
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.Eq: "==",
    ast.NotEq: "!=",
}
_UNARY: dict[type[ast.AST], str] = {ast.Not: "not", ast.USub: "-", ast.UAdd: "+"}
_INFINITY = float("inf")
OVER_LISTS = frozenset({"all", "any", "count", "max", "mean", "min", "sum"})
"""Functions that take a generator."""
_N = TypeVar("_N")


class Converter:
    """Walks one tree; a construct that is refused is one fault, and nothing below it is looked at."""

    def __init__(self, text: str, offset: Callable[[int], int], *, bounded: bool, document: bool = False) -> None:
        self.faults: list[Fault] = []
        self._document = document
        self._text = text
        self._offset = offset
        self._bounded = bounded
        self._is_inside_generator = False
        self._count = 0
        self._depth = 0

    def convert(self, node: ast.expr) -> ir.Node | None:
        """Our node for Python's; None when it, or anything in it, was refused."""
        self._count += 1
        handler = _HANDLERS.get(type(node))
        if handler is None:
            self.refuse(node, *refusal.describe(node))
            return None
        if self._is_over_limit(node):
            return None
        self._depth += 1
        try:
            return handler(self, node)
        finally:
            self._depth -= 1

    def refuse(self, node: ast.expr, construct: str, instead: str) -> None:
        """Record a construct that the language does not have."""
        self.add(codes.NOT_IN_LANGUAGE, node, construct=construct, instead=instead)

    def add(self, code: str, node: ast.expr, **data: Any) -> None:
        """Record a fault at a node."""
        self.faults.append(fault(code, *self.at(node), **data))

    def _is_over_limit(self, node: ast.expr) -> bool:
        if not self._bounded:
            return False
        for what, found, limit in (("nodes", self._count, MAX_NODES), ("levels", self._depth + 1, MAX_DEPTH)):
            if found > limit:
                if not any(each.code == codes.EXPRESSION_LIMIT for each in self.faults):
                    self.add(codes.EXPRESSION_LIMIT, node, found=found, what=what, limit=limit)
                return True
        return False

    def at(self, node: ast.expr) -> tuple[int, int]:
        """The offsets of a node."""
        assert node.end_col_offset is not None
        return self._offset(node.col_offset), self._offset(node.end_col_offset)

    def _all(self, nodes: list[ast.expr]) -> tuple[ir.Node, ...] | None:
        return _complete([self.convert(each) for each in nodes])

    def _constant(self, node: ast.Constant) -> ir.Literal | None:
        start, end = self.at(node)
        text, value = self._text[start:end], cast("ir.Value", node.value)
        problem = _literal_problem(value) if self._bounded else None
        if problem is not None:
            self.add(codes.BAD_LITERAL, node, literal=_shortened(text), reason=problem[0], form=problem[1])
            return None
        return ir.Literal(value, text, start, end)

    def _unary(self, node: ast.UnaryOp) -> ir.Node | None:
        operator = _UNARY.get(type(node.op))
        if operator is None:
            self.refuse(node, *refusal.describe(node.op))
            return None
        start, end = self.at(node)
        operand = node.operand
        if operator == "-" and isinstance(operand, ast.Constant) and type(operand.value) in (int, float):
            return self._negative(node, cast("int | float", operand.value))
        inner = self.convert(operand)
        return None if inner is None else ir.Unary(operator, inner, start, end)

    def _negative(self, node: ast.UnaryOp, value: float) -> ir.Literal | None:
        self._count += 1
        start, end = self.at(node)
        problem = _literal_problem(-value)
        if problem is not None:
            text = _shortened(self._text[start:end])
            self.add(codes.BAD_LITERAL, node, literal=text, reason=problem[0], form=problem[1])
            return None
        return ir.Literal(-value, self._text[start:end].replace(" ", ""), start, end)

    def _binary(self, node: ast.BinOp) -> ir.Node | None:
        operator = _BINARY.get(type(node.op))
        if operator is None:
            self.refuse(node, *refusal.describe(node.op))
            return None
        left, right = self.convert(node.left), self.convert(node.right)
        return None if left is None or right is None else ir.Binary(operator, left, right, *self.at(node))

    def _logic(self, node: ast.BoolOp) -> ir.Node | None:
        operands = self._all(node.values)
        operator = "and" if isinstance(node.op, ast.And) else "or"
        return None if operands is None else ir.Logic(operator, operands, *self.at(node))

    def _choice(self, node: ast.IfExp) -> ir.Node | None:
        parts = self._all([node.test, node.body, node.orelse])
        return None if parts is None else ir.Choice(parts[0], parts[1], parts[2], *self.at(node))

    def _name(self, node: ast.Name) -> ir.Node:
        return ir.Name(node.id, *self.at(node))

    def _compare(self, node: ast.Compare) -> ir.Node | None:
        if type(node.ops[0]) in (ast.In, ast.NotIn) and len(node.ops) == 1:
            return self._membership(node, node.comparators[0], negated=isinstance(node.ops[0], ast.NotIn))
        operators: list[str] = []
        for operator, right in zip(node.ops, node.comparators, strict=True):
            symbol = _COMPARE.get(type(operator)) or _identity(operator, right)
            if symbol is None:
                chained = ("`in` inside a chain of comparisons", "Write `x in (1, 2) and …`")
                is_in = isinstance(operator, (ast.In, ast.NotIn))
                self.refuse(node, *(chained if is_in else refusal.describe(operator)))
                return None
            operators.append(symbol)
        operands = self._all([node.left, *node.comparators])
        return None if operands is None else ir.Compare(tuple(operators), operands, *self.at(node))

    def _membership(self, node: ast.Compare, listed: ast.expr, *, negated: bool) -> ir.Node | None:
        if self._document and not isinstance(listed, (ast.Tuple, ast.List)):
            return lookups.membership(self, node, negated=negated)
        item = self.convert(node.left)
        if not isinstance(listed, (ast.Tuple, ast.List)):
            self.refuse(listed, "this right of `in`", "Write a list of literals, such as x in (1, 2, 3)")
            return None
        size = len(listed.elts)
        if not size or (size > MAX_LIST and self._bounded):
            reason = "the list is empty" if not size else f"the list has {size} values; the limit is {MAX_LIST}"
            text = _shortened(self._text[slice(*self.at(listed))])
            self.add(
                codes.BAD_LITERAL, listed, literal=text, reason=reason, form="1 to 1000 values; an enum holds more"
            )
            return None
        values = _complete([self._listed(each) for each in listed.elts])
        return None if item is None or values is None else ir.Membership(item, values, negated, *self.at(node))

    def _listed(self, node: ast.expr) -> ir.Literal | None:
        if isinstance(node, ast.Constant):
            return self._constant(node)
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub) and isinstance(node.operand, ast.Constant):
            literal = self._unary(node)
            return literal if isinstance(literal, ir.Literal) else None
        self.refuse(node, "a computed value in a list", "Write literals only, or several comparisons")
        return None

    def _call(self, node: ast.Call) -> ir.Node | None:
        if not isinstance(node.func, ast.Name):
            is_method = isinstance(node.func, ast.Attribute)
            self.refuse(node.func, *(refusal.METHOD if is_method else refusal.describe(node.func)))
            return None
        self._count += 1
        generator = next((each for each in node.args if isinstance(each, ast.GeneratorExp)), None)
        if generator is not None and node.func.id in OVER_LISTS:
            return self._each(node, node.func.id, generator)
        arguments = self._all(node.args)
        keywords: list[ir.Keyword] = []
        for keyword in node.keywords:
            if keyword.arg is None:
                self.refuse(keyword.value, "`**`", "Write the arguments one by one")
                return None
            value, start = self.convert(keyword.value), self._offset(keyword.col_offset)
            if value is not None:
                keywords.append(ir.Keyword(keyword.arg, value, start, start + len(keyword.arg)))
        if arguments is None or len(keywords) < len(node.keywords):
            return None
        return ir.Call(node.func.id, arguments, tuple(keywords), *self.at(node))

    def _field(self, node: ast.Attribute) -> ir.Node | None:
        """`record.field`; names with two underscores in front are Python's own, never what an operator means."""
        is_of_python = self._bounded and node.attr.startswith("__")
        if not isinstance(node.value, (ast.Name, ast.Attribute)) or is_of_python:
            self.refuse(node, *refusal.describe(node))
            return None
        record = self.convert(node.value)
        start, end = self.at(node)
        return None if record is None else ir.Field(record, node.attr, end - len(node.attr), start, end)

    def _each(self, call: ast.Call, function: str, generator: ast.GeneratorExp) -> ir.Node | None:
        first = generator.generators[0]
        if len(generator.generators) > 1 or self._is_inside_generator:
            self.refuse(generator, *refusal.NESTED_GENERATOR)
            return None
        if len(call.args) > 1 or call.keywords:
            self.refuse(call, *refusal.GENERATOR_AND_MORE)
            return None
        if first.is_async:
            self.refuse(generator, *refusal.ASYNCHRONOUS)
            return None
        if not isinstance(first.target, ast.Name) or first.target.id.startswith("_"):
            self.refuse(first.target, *refusal.GENERATOR_TARGET)
            return None
        if not self._document and not isinstance(first.iter, (ast.Name, ast.Attribute)):
            self.refuse(first.iter, *refusal.GENERATOR_SOURCE)
            return None
        source = lookups.source(self, first.iter)
        self._is_inside_generator = True
        element = self.convert(generator.elt)
        conditions = self._all(first.ifs)
        self._is_inside_generator = False
        if source is None or element is None or conditions is None:
            return None
        variable = ir.Name(first.target.id, *self.at(first.target))
        return ir.Each(function, element, variable, source, _joined(conditions), *self.at(call))


def _joined(conditions: tuple[ir.Node, ...]) -> ir.Node | None:
    """Several `if`s of a generator are one condition."""
    if len(conditions) < 2:
        return conditions[0] if conditions else None
    return ir.Logic("and", conditions, conditions[0].start, conditions[-1].end)


def _identity(operator: ast.cmpop, right: ast.expr) -> str | None:
    is_none = isinstance(right, ast.Constant) and right.value is None
    if is_none and isinstance(operator, (ast.Is, ast.IsNot)):
        return "is" if isinstance(operator, ast.Is) else "is not"
    return None


def _literal_problem(value: object) -> tuple[str, str] | None:
    """Why a constant of Python is no literal of the language, and what would be; None when it is one."""
    if value is None or isinstance(value, bool):
        return None
    if isinstance(value, int):
        # 2**63 may be the operand of a minus; `_negative` takes it before it comes here.
        fits = MIN_INTEGER <= value <= MAX_INTEGER
        return None if fits else ("it is outside int64", "a whole number from -2**63 to 2**63 - 1")
    if isinstance(value, float):
        return None if -_INFINITY < value < _INFINITY else ("it is not finite", "a number up to 1.8e308")
    if isinstance(value, str):
        fits = len(value) <= MAX_STRING
        return None if fits else (f"it has {len(value)} characters", f"at most {MAX_STRING} characters")
    return ("it is no literal of the language", "a number, a string, True or False")


def _complete(nodes: list[_N | None]) -> tuple[_N, ...] | None:
    found = tuple(each for each in nodes if each is not None)
    return found if len(found) == len(nodes) else None


def _shortened(text: str) -> str:
    return text if len(text) <= 40 else text[:39] + "…"


_HANDLERS: dict[type[ast.AST], Callable[[Converter, Any], ir.Node | None]] = {
    ast.Attribute: Converter._field,
    ast.BinOp: Converter._binary,
    ast.BoolOp: Converter._logic,
    ast.Call: Converter._call,
    ast.Compare: Converter._compare,
    ast.Constant: Converter._constant,
    ast.IfExp: Converter._choice,
    ast.Name: Converter._name,
    ast.UnaryOp: Converter._unary,
}
