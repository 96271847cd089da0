"""The parts of a config policy, each with its path in a configuration and its place in the policy."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from peakguard.kinds.config.model import Config, Map, Node, Table, Value, Variants
from peakguard.syntax.node import Path

ANY = "*"
"""Stands in a path for whatever key of a map."""


class Place(NamedTuple):
    """A part: its keys in a configuration, where the policy declares it, and what it is."""

    keys: tuple[str, ...]
    path: Path
    node: Node

    @property
    def dotted(self) -> str:
        """Its path as it is written."""
        return ".".join(self.keys)


def places(spec: Config) -> Iterator[Place]:
    """Every part, outer ones first."""
    for name, node in spec.sections.items():
        yield from _places(Place((name,), ("sections", name), node))


def _places(place: Place) -> Iterator[Place]:
    yield place
    keys, path, node = place
    if isinstance(node, Table):
        for name, inner in node.fields.items():
            yield from _places(Place((*keys, name), (*path, "fields", name), inner))
    elif isinstance(node, Variants):
        for group, fields in (("common", {"": node.common}), ("variants", node.variants)):
            for variant, inner_fields in fields.items():
                for name, inner in inner_fields.items():
                    at: Path = (*path, group, variant, name) if variant else (*path, group, name)
                    yield from _places(Place((*keys, name), at, inner))
    elif isinstance(node, Map):
        yield from _places(Place((*keys, ANY), (*path, "values"), node.values))


def part_at(spec: Config, dotted: str) -> Node | None:
    """The part that a path leads to; one of several variants where they share it."""
    fields: Mapping[str, Node] = spec.sections
    found: Node | None = None
    for key in dotted.split("."):
        found = fields.get(key) or fields.get(ANY)
        if found is None:
            return None
        fields = inner_fields(found)
    return found


def inner_fields(node: Node) -> Mapping[str, Node]:
    """The parts right below a part, by their keys."""
    if isinstance(node, Table):
        return node.fields
    if isinstance(node, Variants):
        return {**{name: each for fields in node.variants.values() for name, each in fields.items()}, **node.common}
    return {ANY: node.values} if isinstance(node, Map) else {}


def paths(spec: Config) -> list[str]:
    """The paths of all parts."""
    return list(dict.fromkeys(place.dotted for place in places(spec)))


def may_be_missing(node: Node) -> bool:
    """Whether a valid configuration may have no value there."""
    if isinstance(node, Value):
        return not (node.is_required or node.has_default) or node.nullable
    return isinstance(node, Table | Variants) and not node.required
