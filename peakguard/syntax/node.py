"""The tree that YAML and TOML both become: plain values, each with its place in the file."""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from peakguard.diagnostics.span import Span
    from peakguard.syntax.source import Source

Plain: TypeAlias = "None | bool | int | float | str | list[Plain] | dict[str, Plain]"
Path: TypeAlias = "tuple[str | int, ...]"


class Style(Enum):
    """How a scalar is written; decides how offsets inside its value map back to the file."""

    PLAIN = "plain"  # YAML plain, or a TOML number, boolean, date or bare key
    SINGLE = "single"  # YAML '…' ('' is a quote)
    DOUBLE = "double"  # YAML "…"
    LITERAL = "literal"  # YAML |
    FOLDED = "folded"  # YAML >
    BASIC = "basic"  # TOML "…"
    RAW = "raw"  # TOML '…'
    BASIC_BLOCK = "basic_block"  # TOML \"\"\"…\"\"\"
    RAW_BLOCK = "raw_block"  # TOML '''…'''


class Node:
    """A value and the offsets it is written at; `start` is inclusive, `end` exclusive."""

    __slots__ = ("end", "source", "start")

    def __init__(self, source: Source, start: int, end: int) -> None:
        self.source = source
        self.start = start
        self.end = end

    @property
    def span(self) -> Span:
        """Where the value is written."""
        return self.source.span(self.start, self.end)

    def plain(self) -> Plain:
        """The value without its places."""
        raise TypeError(type(self).__name__)


class Scalar(Node):
    """A null, boolean, number or string."""

    __slots__ = ("style", "value")

    def __init__(self, source: Source, start: int, end: int, value: None | bool | float | str, style: Style) -> None:
        super().__init__(source, start, end)
        self.value = value
        self.style = style

    def plain(self) -> Plain:
        return self.value


class Sequence(Node):
    """A list."""

    __slots__ = ("items",)

    def __init__(self, source: Source, start: int, end: int, items: list[Node]) -> None:
        super().__init__(source, start, end)
        self.items = items

    def plain(self) -> Plain:
        return [item.plain() for item in self.items]


class Mapping(Node):
    """A table of string keys; `entries` keeps file order: key -> (the key's own node, the value)."""

    __slots__ = ("entries",)

    def __init__(self, source: Source, start: int, end: int, entries: dict[str, tuple[Scalar, Node]]) -> None:
        super().__init__(source, start, end)
        self.entries = entries

    def plain(self) -> Plain:
        return {key: value.plain() for key, (_, value) in self.entries.items()}


def child(node: Node, step: str | int) -> Node | None:
    """The value under a key or index, or None where there is none."""
    if isinstance(node, Mapping) and step in node.entries:
        return node.entries[str(step)][1]
    if isinstance(node, Sequence) and isinstance(step, int) and 0 <= step < len(node.items):
        return node.items[step]
    return None


def at(node: Node, path: Path) -> Node:
    """The node at a path, or its nearest ancestor that exists."""
    for step in path:
        below = child(node, step)
        if below is None:
            break
        node = below
    return node


def key_at(node: Node, path: Path) -> Node:
    """The key that a path ends in, or the value there when it is no key (a list item, the root)."""
    parent = at(node, path[:-1])
    if path and isinstance(parent, Mapping) and path[-1] in parent.entries:
        return parent.entries[str(path[-1])][0]
    return at(node, path)


def walk(node: Node) -> Iterator[Node]:
    """The node and everything below it, keys left out, in file order."""
    pending = [node]
    while pending:
        top = pending.pop()
        yield top
        if isinstance(top, Mapping):
            pending.extend(value for _, value in reversed(top.entries.values()))
        elif isinstance(top, Sequence):
            pending.extend(reversed(top.items))
