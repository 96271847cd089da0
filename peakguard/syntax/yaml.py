"""YAML to nodes: a strict subset of the YAML 1.2 core schema, built from libyaml's event stream.

Events, not `compose`: libyaml's composer recurses and overflows the C stack on deep input, so the
limits must hold before a tree is built.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, cast

import yaml

from peakguard.diagnostics import codes
from peakguard.diagnostics.diagnostic import Diagnostic, found
from peakguard.syntax.limits import MAX_DEPTH, MAX_NODES
from peakguard.syntax.node import Mapping, Node, Scalar, Sequence, Style
from peakguard.syntax.source import Source
from peakguard.syntax.yaml_scalar import resolve

_PARSER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
# libyaml speaks of its own states; these are the faults people make.
_PROBLEMS = {
    "did not find expected ',' or ']'": "expected `,` or `]` in this list",
    "did not find expected ',' or '}'": "expected `,` or `}` in this table",
    "did not find expected key": "expected a key; the indentation fits no table above",
    "did not find expected '-' indicator": "expected `-`, as for the other items of this list",
    "did not find expected node content": "expected a value",
    "found unexpected end of stream": "this quote is not closed",
    "found unknown escape character": "this escape is unknown; in single quotes a backslash is itself",
    "mapping values are not allowed in this context": "a colon inside text; put the text in quotes",
    "could not find expected ':'": "expected `:` after the key",
}
# Since 0.2.6 libyaml counts nesting itself, ahead of the events by which we count it.
_OWN_DEPTH_LIMIT = "exceeded maximum nesting depth"
_PROPERTY = re.compile(r"[^\s,\[\]{}]+")
_STYLES = {
    "'": Style.SINGLE,
    '"': Style.DOUBLE,
    "|": Style.LITERAL,
    ">": Style.FOLDED,
}


def parse_yaml(source: Source) -> tuple[Node | None, list[Diagnostic]]:
    """The document, or None with the one finding that stopped the reading; other findings come along."""
    builder = _Builder(source)
    try:
        for event in _events(source.text):
            builder.take(event)
    except _Refused as refusal:
        return None, [*builder.findings, refusal.finding]
    except yaml.MarkedYAMLError as error:
        return None, [*builder.findings, _syntax_fault(source, error)]
    if builder.root is None:
        return None, [*builder.findings, found(codes.EMPTY_FILE, source.span(0, 0))]
    return builder.root, builder.findings


class _Refused(Exception):
    def __init__(self, finding: Diagnostic) -> None:
        super().__init__()
        self.finding = finding


def _events(text: str) -> Iterator[Any]:
    parser = _PARSER(text)
    try:
        while parser.check_event():
            yield parser.get_event()
    finally:
        parser.dispose()


def _syntax_fault(source: Source, error: yaml.MarkedYAMLError) -> Diagnostic:
    mark = error.problem_mark or error.context_mark
    offset = mark.index if mark else 0
    if source.text[offset : offset + 1] == "\t":
        return found(codes.TAB_IN_INDENTATION, source.span(offset, offset + 1))
    if error.context_mark and offset >= len(source.text.rstrip()):
        # Something was opened and never closed: its beginning tells more than the end of the file.
        offset = error.context_mark.index
    offset = min(offset, max(0, len(source.text) - 1))
    if error.problem == _OWN_DEPTH_LIMIT:
        return found(codes.TOO_DEEP, source.span(offset, offset + 1), limit=MAX_DEPTH)
    problem = error.problem or error.context or "unreadable"
    problem = _PROBLEMS.get(problem, problem)
    return found(codes.YAML_SYNTAX, source.span(offset, offset + 1), problem=problem)


class _Open:
    """A collection whose end has not come yet; `key` is a mapping's key that waits for its value."""

    __slots__ = ("key", "node")

    def __init__(self, node: Mapping | Sequence) -> None:
        self.node = node
        self.key: Scalar | None = None


class _Builder:
    def __init__(self, source: Source) -> None:
        self.source = source
        self.findings: list[Diagnostic] = []
        self.root: Node | None = None
        self._stack: list[_Open] = []
        self._nodes = 0
        self._documents = 0

    def take(self, event: Any) -> None:
        name = type(event).__name__
        if name == "ScalarEvent":
            self._check_properties(event)
            self._add(self._scalar(event))
        elif name in ("MappingStartEvent", "SequenceStartEvent"):
            self._check_properties(event)
            self._open(event, name)
        elif name in ("MappingEndEvent", "SequenceEndEvent"):
            self._close(event)
        elif name == "AliasEvent":
            self._refuse(codes.ALIAS, event, what="alias", name=f"*{event.anchor}")
        elif name == "DocumentStartEvent":
            self._start_document(event)

    def _start_document(self, event: Any) -> None:
        self._documents += 1
        if self._documents > 1:
            self._refuse(codes.SEVERAL_DOCUMENTS, event)
        if event.version or event.tags:
            self._refuse(codes.TAG, event, tag="%YAML" if event.version else "%TAG")

    def _check_properties(self, event: Any) -> None:
        if event.anchor is None and event.tag is None:
            return
        start = event.start_mark.index
        match = _PROPERTY.match(self.source.text, start)
        written = match[0] if match else "&"
        span = self.source.span(start, start + len(written))
        if written.startswith("&"):
            raise _Refused(found(codes.ALIAS, span, what="anchor", name=written))
        raise _Refused(found(codes.TAG, span, tag=written))

    def _refuse(self, code: str, event: Any, **data: object) -> None:
        start, end = event.start_mark.index, event.end_mark.index
        raise _Refused(found(code, self.source.span(start, max(start + 1, end)), **data))

    def _scalar(self, event: Any) -> Scalar:
        start, end = event.start_mark.index, event.end_mark.index
        style = _STYLES.get(event.style, Style.PLAIN)
        node = Scalar(self.source, start, self._trimmed(start, end), event.value, style)
        if style is Style.PLAIN:
            node.value, finding = resolve(node)
            if finding is not None:
                self.findings.append(finding)
        return node

    def _trimmed(self, start: int, end: int) -> int:
        """libyaml ends a block scalar, and some plain ones, at the start of the next token."""
        return start + len(self.source.text[start:end].rstrip())

    def _open(self, event: Any, name: str) -> None:
        start = event.start_mark.index
        node = (
            Mapping(self.source, start, start, {})
            if name == "MappingStartEvent"
            else Sequence(self.source, start, start, [])
        )
        if len(self._stack) >= MAX_DEPTH:
            self._refuse(codes.TOO_DEEP, event, limit=MAX_DEPTH)
        self._add(node)
        self._stack.append(_Open(node))

    def _close(self, event: Any) -> None:
        node = self._stack.pop().node
        is_flow = event.end_mark.index > event.start_mark.index
        last = node.items[-1:] if isinstance(node, Sequence) else [value for _, value in node.entries.values()][-1:]
        node.end = event.end_mark.index if is_flow or not last else max(last[0].end, node.start)

    def _add(self, node: Node) -> None:
        self._nodes += 1
        if self._nodes > MAX_NODES:
            raise _Refused(found(codes.TOO_MANY_VALUES, node.span, limit=MAX_NODES))
        if not self._stack:
            self.root = node
            return
        top = self._stack[-1]
        if isinstance(top.node, Sequence):
            top.node.items.append(node)
        elif top.key is None:
            top.key = self._key(node)
        else:
            self._pair(top.node, top.key, node)
            top.key = None

    def _key(self, node: Node) -> Scalar:
        from peakguard.syntax.parse import describe

        if isinstance(node, Scalar) and node.value == "<<" and node.style is Style.PLAIN:
            raise _Refused(found(codes.MERGE_KEY, node.span))
        if not isinstance(node, Scalar):
            span = self.source.span(node.start, node.start + 1)
            raise _Refused(found(codes.KEY_NOT_STRING, span, found=describe(node)))
        if not isinstance(node.value, str):
            self.findings.append(found(codes.KEY_NOT_STRING, node.span, found=describe(node)))
            node.value = self.source.text[node.start : node.end]
        return node

    def _pair(self, mapping: Mapping, key: Scalar, value: Node) -> None:
        name = cast("str", key.value)
        if name in mapping.entries:
            first_line = mapping.entries[name][0].span.line
            self.findings.append(found(codes.DUPLICATE_KEY, key.span, key=name, first_line=first_line))
            return
        mapping.entries[name] = (key, value)
