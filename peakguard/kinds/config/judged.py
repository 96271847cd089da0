"""What a judgement of a configuration gathers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from peakguard.diagnostics.diagnostic import ERROR, Diagnostic
from peakguard.syntax.node import Node

KEYS, VALUES, ENTRIES = "keys()", "values()", "entries()"
"""What a map is made of: what rules call its keys and values, and its entries by key."""


class Judged:
    """Findings, and for every value where it comes from.

    `nodes` holds the values that were given, `defaults` where those that were not are declared; `sections` the keys of
    the tables; `broken` the paths without a value that could be used. What can only be asked of the whole waits in
    `references` (field, text, place, list) and `conditions` (path, place, field). `start` is where nothing
    else stands.
    """

    def __init__(self, start: Node) -> None:
        self.start = start
        self.told: list[Diagnostic] = []
        self.missing: dict[str, Diagnostic] = {}
        self.claimed: set[str] = set()
        self.nodes: dict[str, Node] = {}
        self.sections: dict[str, Node] = {}
        self.defaults: dict[str, str] = {}
        self.broken: set[tuple[str, ...]] = set()
        self.references: list[tuple[str, str, Node, str]] = []
        self.conditions: list[tuple[tuple[str, ...], Node, Mapping[str, Any]]] = []

    def report(self, finding: Diagnostic) -> None:
        """Take a finding."""
        self.told.append(finding)

    def findings(self) -> tuple[Diagnostic, ...]:
        """All of them by their places. What is missing because it is misspelt or misplaced is told once."""
        missing = [finding for path, finding in self.missing.items() if path not in self.claimed]
        return tuple(sorted([*self.told, *missing], key=lambda each: (*each.span, each.code)))

    def is_broken(self, path: Sequence[str]) -> bool:
        """Whether a value, something in it, or something around it could not be used."""
        given = tuple(path)
        return any(given[: len(each)] == each[: len(given)] for each in self.broken)


def has_errors(findings: Sequence[Diagnostic]) -> bool:
    """Whether any finding refuses the configuration."""
    return any(finding.severity == ERROR for finding in findings)


def dotted(path: Sequence[str]) -> str:
    """A path as people write it."""
    return ".".join(path)


def title(path: Sequence[str]) -> str:
    """A section as TOML names it."""
    return f"[{dotted(path)}]" if path else "the top level"
