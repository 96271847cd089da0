"""Which policies a policy extends, told by the names alone: before any of them is decoded."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from peakguard.language.registry import kind_names, part
from peakguard.syntax.node import Mapping as Table
from peakguard.syntax.node import Node, Scalar, child


class Outline(NamedTuple):
    """What a file says of itself: its kind, its name, and the policy of the same kind that it extends."""

    kind: str
    name: str | None
    parent: str | None


class Lineage(NamedTuple):
    """The files of the policies above one, the nearest first; of a circle, each once.

    `missing` is the name of a policy that is extended and not declared, `circle` the names of those that extend each
    other; with either there is nothing to build on.
    """

    files: tuple[str, ...] = ()
    missing: str | None = None
    circle: tuple[str, ...] = ()


def outline_of(node: Table) -> Outline | None:
    """None for a file that is no policy, or of a kind that knows no `extends`."""
    kind = _text(child(node, "kind"))
    if "peakguard" not in node.entries or kind not in kind_names() or part(kind, "inherit") is None:
        return None
    extends = child(node, "extends")
    parent = child(extends, "contract") if isinstance(extends, Table) else extends
    return Outline(kind, _text(child(node, "name")), _text(parent))


def _text(node: Node | None) -> str | None:
    return node.value if isinstance(node, Scalar) and isinstance(node.value, str) else None


class Lineages:
    """The lineage of every file; of two policies with one name the first counts, as for references."""

    def __init__(self, outlines: Iterable[tuple[str, Outline | None]]) -> None:
        self._outlines: Mapping[str, Outline | None] = dict(outlines)
        self._files: dict[tuple[str, str], str] = {}
        for file, outline in self._outlines.items():
            if outline is not None and outline.name is not None:
                self._files.setdefault((outline.kind, outline.name), file)

    def of(self, file: str) -> Lineage:
        """The policies above that of a file."""
        outline, seen = self._outlines.get(file), [file]
        while outline is not None and outline.parent is not None:
            above = self._files.get((outline.kind, outline.parent))
            if above is None:
                return Lineage(tuple(seen[1:]), missing=outline.parent)
            if above in seen:
                return Lineage(tuple(seen[1:]), circle=self._names(seen[seen.index(above) :]))
            seen.append(above)
            outline = self._outlines[above]
        return Lineage(tuple(seen[1:]))

    def _names(self, files: list[str]) -> tuple[str, ...]:
        """The names in a circle, from the file that comes first on, so that all of them tell it alike."""
        start = files.index(min(files))
        outlines = [self._outlines[file] for file in files[start:] + files[:start]]
        return tuple(outline.name or "" for outline in outlines if outline is not None)

    def tells_circle(self, file: str, lineage: Lineage) -> bool:
        """Whether a circle is reported here: once, where it begins."""
        outline = self._outlines[file]
        return outline is not None and bool(lineage.circle) and outline.name == lineage.circle[0]
