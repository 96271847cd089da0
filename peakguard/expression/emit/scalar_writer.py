"""Writes one typed expression as an expression of Python; what an operation becomes stands in tables by group."""

from __future__ import annotations

import keyword
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from peakguard.expression.emit.polars_text import quote
from peakguard.expression.emit.scalar_text import NULL, Written, number
from peakguard.expression.typed import Typed
from peakguard.runtime.scalar import NAMESPACE

Key = tuple[Any, ...]
_OURS = frozenset({*NAMESPACE, *keyword.kwlist, "__debug__", "rule", "start", "state", "step"})
_GENERATED = re.compile(r"_[0-9]+|[A-Z]+_[0-9]+", re.ASCII)


class NoScalarForm(Exception):
    """A dataset expression judges rows as a whole, so it has no meaning for one row. A fault of the caller."""


def parameters(names: Sequence[str]) -> dict[str, str]:
    """A name of Python for each column: its own, with `_` behind it where that name is taken."""
    taken = {name for name in names if not _is_ours(name)}
    found = {}
    for name in names:
        given = name
        while _is_ours(given) or (given != name and given in taken):
            given += "_"
        taken.add(given)
        found[name] = given
    return found


def _is_ours(name: str) -> bool:
    return name in _OURS or _GENERATED.fullmatch(name) is not None


class Names:
    """What one text has named so far: temporaries and constants, which stand above the function."""

    def __init__(self) -> None:
        self.constants: dict[str, str] = {}
        self._temporaries = 0

    def temporary(self) -> str:
        """A name that nothing else has."""
        self._temporaries += 1
        return f"_{self._temporaries}"

    def constant(self, prefix: str, text: str) -> Written:
        """The name of a constant that is made once, when the text is loaded."""
        return Written(self.constants.setdefault(text, f"{prefix}_{len(self.constants) + 1}"))


class Writer:
    """Writes expressions in one scope.

    `scope` gives the text for each name that may be read: a parameter, behind `for ` a loop variable.
    `assumed` says of texts whether they are surely null (True) or surely not (False) where this is written.
    `known` gives the text of nodes, by `key`, that a statement before has put into a variable.
    """

    def __init__(
        self, names: Names, scope: Mapping[str, str], known: Mapping[Key, Written], assumed: Mapping[str, bool]
    ) -> None:
        self.names = names
        self.nullable: dict[str, None] = {}
        """The variables that were read and may be null."""
        self.is_costly = False
        """Whether null is a value that something here has to carry on with."""
        self._scope = scope
        self._known = known
        self._assumed = assumed

    def value(self, node: Typed) -> Written:
        """A node, null or not."""
        known = self._known.get(key(node)) if self._known else None
        if known is not None:
            return self._variable(known.text, nullable=known.maybe)
        if node.op == "literal":
            return self.literal(node.value)
        if node.op == "column":
            return self._variable(self._scope[node.value], nullable=node.nullable)
        write = _operations().get(node.op)
        if write is None:
            raise NoScalarForm(node.op)
        return write(self, node)

    def looping(self, variable: str) -> tuple[str, Writer]:
        """The name of a loop variable, and a writer for the inside of its loop."""
        is_taken = _is_ours(variable) or variable in self._scope.values()
        name = self.names.temporary() if is_taken else variable
        scope = {**self._scope, f"for {variable}": name}
        return name, Writer(self.names, scope, self._known, self._assumed)

    def item(self, variable: str, *, nullable: bool) -> Written:
        """A loop variable."""
        return self._variable(self._scope[f"for {variable}"], nullable=nullable)

    def take(self, inner: Writer, variable: str) -> None:
        """What the inside of a loop has read of the names around it."""
        self.nullable.update((name, None) for name in inner.nullable if name != variable)
        self.is_costly = self.is_costly or inner.is_costly

    def strict(self, node: Typed) -> Written:
        """A node whose text is not null once its checks hold."""
        found = self.value(node)
        if not found.maybe or found is NULL:
            return found
        if found.is_simple:
            return found._replace(checks=(checked(found.text),), maybe=False)
        self.is_costly = True
        name = self.names.temporary()
        return Written(name, checks=(f"({name} := {found.text}) is not None",))

    def operands(self, nodes: Iterable[Typed]) -> tuple[list[Written], tuple[str, ...]] | None:
        """Nodes of which none may be null, and all their checks; None where one is surely null."""
        found = [self.strict(node) for node in nodes]
        if any(each is NULL for each in found):
            return None
        checks = tuple(dict.fromkeys(check for each in found for check in each.checks))
        return found, checks

    def literal(self, value: Any) -> Written:
        """A constant."""
        if value is None:
            return NULL
        if isinstance(value, str):
            return Written(quote(value))
        if isinstance(value, bool):
            return Written(repr(value))
        if isinstance(value, Decimal):
            return self.names.constant("DECIMAL", f'Decimal("{value}")')
        if isinstance(value, date):
            return self.names.constant("DATE", f"date({value.year}, {value.month}, {value.day})")
        return number(value)

    def twice(self, written: Written, level: int) -> tuple[str, str]:
        """The text for the place that is evaluated first, and for those after it."""
        if written.is_simple:
            return written.at(level), written.at(level)
        name = self.names.temporary()
        return f"({name} := {written.text})", name

    def _variable(self, text: str, *, nullable: bool) -> Written:
        if not nullable or self._assumed.get(text) is False:
            return Written(text)
        if self._assumed.get(text):
            return NULL
        self.nullable.setdefault(text)
        return Written(text, maybe=True)


Operation = Callable[[Writer, Typed], Written]


def checked(text: str) -> str:
    """The check that a variable is not null."""
    return f"{text} is not None"


def key(node: Typed) -> Key:
    """Equal for nodes that mean the same."""
    return node.op, str(node.type), node.value, *map(key, node.args)


def _operations() -> Mapping[str, Operation]:
    from peakguard.expression.emit.scalar_plain import PLAIN

    return PLAIN
