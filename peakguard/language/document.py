"""A decoded policy file."""

from typing import Generic, NamedTuple, TypeVar

from peakguard.diagnostics.span import Span
from peakguard.language.header import Policy
from peakguard.syntax.node import Mapping, Node, Path, Scalar, Sequence, at, key_at
from peakguard.syntax.offsets import locate

P = TypeVar("P", bound=Policy, covariant=True)


class Document(NamedTuple, Generic[P]):
    """The model of a policy beside the nodes it came from; paths lead from one to the other."""

    file: str
    spec: P
    node: Mapping

    def span(self, *path: str | int) -> Span:
        """Where the value at a path is written, or its nearest ancestor."""
        return at(self.node, path).span

    def key_span(self, *path: str | int) -> Span:
        """Where the key at a path is written."""
        return key_at(self.node, path).span

    def written(self, *path: str | int) -> Path:
        """The path without the parts that a short form leaves out, as in `list: {qty: int64}` for a list of records."""
        kept: list[str | int] = []
        node: Node = self.node
        for part in path:
            if isinstance(node, Mapping) and part in node.entries:
                kept.append(part)
                node = node.entries[str(part)][1]
            elif isinstance(node, Sequence) and isinstance(part, int):
                kept.append(part)
                node = node.items[part]
        return tuple(kept)

    def inner_span(self, path: Path, start: int, end: int) -> Span:
        """Where a piece of the text at a path is written; offsets are into the value."""
        node: Node = at(self.node, path)
        return locate(node, start, end) if isinstance(node, Scalar) else node.span
