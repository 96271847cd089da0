"""Typed IR -> the text of a Polars expression. Guards stand only where a type says that they are needed.

Polars differs from the language, and from itself, in ways that the emitters below work around
(tests/property/test_expression_agreement.py finds each of them when its guard is taken away):
NaN equals NaN and is the largest number; `max_horizontal` skips nulls and NaN; integers wrap;
`if` takes an unknown condition for false; dividing by a scalar multiplies by its reciprocal.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

from peakguard.expression.emit import polars_text as text
from peakguard.expression.typed import Typed

_PARENTHESIS_OR_STRING = re.compile(r"""[()]|"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'""")


def emit(root: Typed, columns: Mapping[str, str], within: Sequence[str]) -> str:
    """The text of the expression. `columns` gives the text for each column, `within` names group columns."""
    emitter = Emitter(columns, within)
    written = emitter.expression(root)
    return written[1:-1] if _is_wrapped(written) else written


def _is_wrapped(written: str) -> bool:
    """Whether the first parenthesis is closed by the last."""
    if not written.startswith("("):
        return False
    depth = 0
    for match in _PARENTHESIS_OR_STRING.finditer(written):
        depth += {"(": 1, ")": -1}.get(match[0], 0)
        if not depth:
            return match.end() == len(written)
    return False


class Emitter:
    """Writes one expression. Binary operations come in parentheses, so any text can take a method."""

    def __init__(self, columns: Mapping[str, str], within: Sequence[str]) -> None:
        self._columns = columns
        self._over = f".over([{', '.join(self.column(name) for name in within)}])" if within else ""
        self._is_grouped = False
        self._items: Mapping[str, str] = {}

    def inside(self, items: Mapping[str, str], columns: Mapping[str, str]) -> Emitter:
        """An emitter for the inside of a generator: the texts of its variable and of the columns around it."""
        inner = Emitter(columns, ())
        inner._items = items  # of its own class
        return inner

    def expression(self, node: Typed) -> str:
        """A node as a Polars expression that knows its type."""
        if node.op == "literal":
            return text.typed(node.value, node.type)
        if node.op == "column":
            written = self.column(node.value)
            # An enum may be stored with other categories than declared; as strings they always compare.
            return f"{written}.cast(pl.String)" if node.type.kind == "enum" else written
        if node.op == "item":
            written = self._items[node.value]
            return f"{written}.cast(pl.String)" if node.type.kind == "enum" else written
        if node.op in _ordered():
            return self._grouped(_ordered()[node.op], node)
        if self._over and node.op in _aggregate():
            return self._grouped(_aggregate()[node.op], node)
        return _plain()[node.op](self, node)

    def operand(self, node: Typed) -> str:
        """A node that stands beside an expression of its type, so that a number or string needs no more."""
        if node.op == "literal" and text.is_plain(node.value, node.type):
            return text.bare(node.value)
        return self.expression(node)

    def pair(self, node: Typed) -> tuple[str, str]:
        """Both arguments; at least one of them carries its type."""
        left, right = node.args
        if left.op == "literal":
            return self.operand(left), self.expression(right)
        return self.expression(left), self.operand(right)

    def column(self, name: str) -> str:
        """The text of a column."""
        return self._columns.get(name) or f"pl.col({text.quote(name)})"

    def _grouped(self, write: Writer, node: Typed) -> str:
        """An operation on the rows of a group; only the outermost opens the groups, for Polars does not nest them."""
        if self._is_grouped or not self._over:
            return write(self, node)
        self._is_grouped = True
        written = write(self, node)
        self._is_grouped = False
        return f"({written}){self._over}" if node.op in _aggregate() else f"{written}{self._over}"


Writer = Callable[[Emitter, Typed], str]


def _ordered() -> Mapping[str, Writer]:
    from peakguard.expression.emit.polars_ordered import ORDERED

    return ORDERED


def _aggregate() -> Mapping[str, Writer]:
    from peakguard.expression.emit.polars_aggregate import AGGREGATE

    return AGGREGATE


def _plain() -> Mapping[str, Writer]:
    from peakguard.expression.emit.polars_plain import PLAIN

    return PLAIN
