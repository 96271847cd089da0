"""What a policy lets others know of it. Facts hold JSON values, so that they survive in the check cache."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from peakguard.diagnostics.span import Span


class Fact(NamedTuple):
    """One declared name: its namespace, where it is declared, and what may be known of it."""

    namespace: str
    name: str
    span: Span
    data: Mapping[str, Any]


class Facts:
    """All facts of a bundle, by namespace and name; of two facts with one name the first counts."""

    def __init__(self, facts: Iterable[Fact], hidden: Iterable[str] = ()) -> None:
        """`hidden` are the texts of files that could not be decoded."""
        self._hidden = tuple(hidden)
        self._spaces: dict[str, dict[str, Fact]] = {}
        self.repeated: list[tuple[Fact, Fact]] = []
        for fact in facts:
            first = self._spaces.setdefault(fact.namespace, {}).setdefault(fact.name, fact)
            if first is not fact:
                self.repeated.append((first, fact))

    def get(self, namespace: str, name: str) -> Fact | None:
        """The fact of that name, or None."""
        return self._spaces.get(namespace, {}).get(name)

    def may_hide(self, name: str) -> bool:
        """Whether a file that could not be decoded mentions the name, and so may declare it.

        Without this, one slip in a catalog would make every use of its codes a finding of its own.
        """
        return any(name in text for text in self._hidden)

    def all(self, namespace: str) -> Iterable[Fact]:
        """The facts of a namespace, in the order they were stated."""
        return self._spaces.get(namespace, {}).values()

    def names(self, namespace: str) -> list[str]:
        """The declared names of a namespace."""
        return list(self._spaces.get(namespace, {}))
