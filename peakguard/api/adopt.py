"""The boundaries of a code base, beside the bindings that guard them."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from peakguard.adoption.modules import modules
from peakguard.adoption.scanning import Boundary, scan
from peakguard.pipeline.bundle import load_bundle
from peakguard.pipeline.project import find_project
from peakguard.pipeline.settings import python_path_of

_GUARDS: Mapping[str, tuple[str, ...]] = {
    "reader": ("returns", "yields", "ensure"),
    "network": ("classify",),
    "writer": ("writes",),
}
"""The layers that guard each sort of boundary, as a binding names them."""


class Place(NamedTuple):
    """A function, or the statements of a module, at a boundary; `more` counts further calls of the same sort in it.

    `guards` are the layers that guard it, empty where none does; `is_bound` tells whether a binding names its function.
    """

    boundary: Boundary
    more: int
    guards: tuple[str, ...]
    is_bound: bool


class Adoption(NamedTuple):
    """The boundaries of a code base, the number of files, of tests left out, and the files that cannot be read."""

    places: tuple[Place, ...]
    files: int
    tests: int
    unreadable: tuple[tuple[str, str], ...]

    def share(self) -> tuple[int, int]:
        """How many boundaries are guarded, of how many that can be."""
        counted = [place for place in self.places if place.boundary.sort != "silence"]
        return sum(1 for place in counted if place.guards), len(counted)


def adopt(path: str, root: str | None = None) -> Adoption:
    """Read all modules at a path, tests aside; nothing is imported."""
    project = find_project(root)
    roots = [os.path.join(project.root, folder) for folder in python_path_of(project.settings)]
    bound = _bound(root)
    boundaries: list[Boundary] = []
    unreadable = []
    files = tests = 0
    for found in modules(path, roots):
        if found.is_test:
            tests += 1
            continue
        files += 1
        try:
            with open(found.path, "rb") as file:
                text = file.read().decode("utf-8-sig")
            boundaries += scan(text, found.path, found.module)
        except (OSError, ValueError, SyntaxError, RecursionError) as error:
            unreadable.append((found.path, str(error).partition("\n")[0]))
    return Adoption(tuple(_places(boundaries, bound)), files, tests, tuple(unreadable))


def _bound(root: str | None) -> dict[str, set[str]]:
    """Target -> the layers that its bindings have."""
    bound: dict[str, set[str]] = {}
    for document in load_bundle(find_project(root)).of_kind("bindings"):
        spec: Any = document.spec
        for binding in spec.bindings:
            layers = {layer for layers in _GUARDS.values() for layer in layers if getattr(binding, layer)}
            if binding.classify is not None:
                layers.add("classify")
            if binding.target is not None:
                bound.setdefault(binding.target, set()).update(layers)
    return bound


def _places(boundaries: Iterable[Boundary], bound: Mapping[str, set[str]]) -> list[Place]:
    """One for each function and sort."""
    groups: dict[tuple[str, str, str, int], list[Boundary]] = {}
    for each in boundaries:
        line = each.line if each.sort == "silence" else 0
        groups.setdefault((each.file, each.function, each.sort, line), []).append(each)
    return [
        Place(group[0], len(group) - 1, _guards(group[0], bound), group[0].target in bound)
        for group in sorted(groups.values(), key=lambda group: (group[0].file, group[0].line, group[0].column))
    ]


def _guards(boundary: Boundary, bound: Mapping[str, set[str]]) -> tuple[str, ...]:
    layers = bound.get(boundary.target, set())
    return tuple(layer for layer in _GUARDS.get(boundary.sort, ()) if layer in layers)
