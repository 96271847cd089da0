"""The typed IR as formulas over a few rows whose values are not known yet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import z3

from peakguard.api.rule_testing.missing.prover.cells import (
    Cell,
    Listed,
    Untranslatable,
    Value,
    both,
    either,
)
from peakguard.api.rule_testing.missing.prover.each import Element, over
from peakguard.api.rule_testing.missing.prover.ordered import ORDERED
from peakguard.api.rule_testing.missing.prover.row import apply, field, literal
from peakguard.expression.typed import Typed, walk

Row = Mapping[str, Value]


class Translation:
    """Expressions over `rows`, which are all rows of one group in order. Each part is translated once."""

    def __init__(self, rows: Sequence[Row]) -> None:
        self._rows = rows
        self._known: dict[tuple[Typed, int], Value] = {}

    def verdict(self, node: Typed, row: int) -> Cell:
        """The verdict on a row, counted from 0. Raises Untranslatable."""
        try:
            found = self._at(node, row)
        except z3.Z3Exception as error:  # two sorts that z3 does not put together
            raise Untranslatable(str(error)) from error
        assert isinstance(found, Cell), node
        return found

    def _at(self, node: Typed, row: int) -> Value:
        if (node, row) not in self._known:
            self._known[node, row] = self._made(node, row)
        return self._known[node, row]

    def _made(self, node: Typed, row: int) -> Value:
        if node.op == "literal":
            return literal(node, node.value)
        if node.op in ("column", "item"):
            if node.value not in self._rows[row]:
                raise Untranslatable(node.value)
            return self._rows[row][node.value]
        if node.op.startswith("each_"):
            return self._each(node, row)
        if node.op in ORDERED:
            values = [self._at(node.args[0], each) for each in range(row + 1)]
            cells = [value for value in values if isinstance(value, Cell)]
            if len(cells) < len(values):
                raise Untranslatable(node.op)
            return ORDERED[node.op](node, cells)
        values = [self._at(arg, row) for arg in node.args]
        return field(node, values[0]) if node.op == "field" else apply(node, values)

    def _each(self, node: Typed, row: int) -> Cell:
        """A generator: each item of the list stands beside the row's columns."""
        source = self._at(node.args[0], row)
        is_ordered = any(below.op in ORDERED for arg in node.args[1:] for below in walk(arg))
        if is_ordered or not isinstance(source, Listed):
            raise Untranslatable(node.op)
        elements = []
        for is_there, item in source.items:
            inner = Translation([{**self._rows[row], node.value: item}])
            value = inner.verdict(node.args[1], 0)
            kept = inner.verdict(node.args[2], 0) if len(node.args) > 2 else Cell(True)
            elements.append(Element(value, Cell(both(is_there, kept.term), both(is_there, kept.null))))
        made = over(node, elements)
        return made._replace(null=either(source.null, made.null))
