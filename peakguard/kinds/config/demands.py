"""Every expression of a config policy: rules, conditional requirements, and what bounds are short for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from peakguard.expression.scope import Scope
from peakguard.expression.typed import Typed
from peakguard.kinds.config.model import Config, Value
from peakguard.kinds.config.scope import scope_of
from peakguard.kinds.config.structure import Place, places
from peakguard.language.constraints import CONSTRAINTS, applies, bound_fits, head
from peakguard.language.typed import column_of
from peakguard.syntax.node import Path

IT = "it"
"""The name of a value in its own bounds."""


class Asked(NamedTuple):
    """One expression: its text, where it is written, and what it may read."""

    text: str
    path: Path
    scope: Scope


def bounds(value: Value) -> Iterator[tuple[str, Asked]]:
    """The bounds of a value as expressions, by their keys. What does not fit its type is left out."""
    for key, constraint in CONSTRAINTS.items():
        bound = getattr(value, key)
        if bound is None or key == "values" or not applies(constraint, value.shape):
            continue
        if key in ("gt", "ge", "lt", "le") and not bound_fits(bound, head(value.shape)):
            continue
        # That it is missing is the business of `required` and `nullable` alone.
        column = column_of(value)._replace(nullable=False, unit=None)
        yield key, Asked(constraint.text(IT, bound, head(value.type)), (key,), Scope({IT: column}))


def conditions(spec: Config) -> Iterator[tuple[Place, Asked]]:
    """The conditions on which fields must be given."""
    scope = scope_of(spec)
    for place in places(spec):
        if isinstance(place.node, Value) and place.node.required_when is not None:
            yield place, Asked(place.node.required_when, (*place.path, "required_when"), scope)


def reads_of(node: Typed) -> list[list[str]]:
    """The paths that an expression reads, in the order of its text; below the items of a list nothing is told."""
    found: dict[tuple[str, ...], None] = {}
    _collect(node, found)
    return [list(path) for path in found]


def _collect(node: Typed, found: dict[tuple[str, ...], None]) -> None:
    path = _path(node)
    if path:
        found[path] = None
        return
    for arg in node.args:
        _collect(arg, found)


def _path(node: Typed) -> tuple[str, ...]:
    if node.op == "column":
        return (str(node.value),)
    if node.op == "field" and node.args:
        above = _path(node.args[0])
        return (*above, str(node.value)) if above else ()
    return ()
