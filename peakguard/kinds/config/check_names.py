"""Paths that a config policy names are declared in it, and lead to what is meant."""

from __future__ import annotations

from collections.abc import Iterator

from peakguard.diagnostics import codes
from peakguard.diagnostics.diagnostic import Diagnostic, found
from peakguard.diagnostics.wording import did_you_mean
from peakguard.kinds.config.model import Config, Map, Node, Renamed, Table, Value, Variants
from peakguard.kinds.config.structure import ANY, part_at, paths, places
from peakguard.language.document import Document
from peakguard.syntax.node import Path

_WORDS = {Value: "a field", Table: "a section", Variants: "a section", Map: "a map", Renamed: "an old key"}
_TEXTS = ("string", "enum")


def check_names(document: Document[Config]) -> Iterator[Diagnostic]:
    """Findings about every path that is named."""
    spec = document.spec
    for place in places(spec):
        node, path = place.node, place.path
        if isinstance(node, Value | Map) and node.among is not None:
            yield from _check_among(document, (*path, "among"), node.among)
        use = node.deprecated.use if isinstance(node, Value | Renamed) and node.deprecated is not None else None
        if use is not None:
            target = part_at(spec, ".".join((*place.keys[:-1], use)) if ANY in place.keys else use)
            span = document.span(*document.written(*path, "deprecated", "use"))
            if target is None:
                yield _unknown(document, (*path, "deprecated", "use"), use)
            elif isinstance(target, Renamed):
                yield found(codes.RENAME_MISLEADS, span, field=place.dotted, use=use)
    yield from _check_lists_of_paths(document)


def _check_lists_of_paths(document: Document[Config]) -> Iterator[Diagnostic]:
    spec = document.spec
    for name, rule in spec.rules.items():
        for index, within in enumerate(rule.within):
            yield from _check_part(document, ("rules", name, "within", index), within, "within", Table | Variants | Map)
    for name, agreement in spec.agree.items():
        for index, section in enumerate(agreement.sections):
            at: Path = ("agree", name, "sections", index)
            yield from _check_part(document, at, section, "agree", Table | Variants)
    for index, layer in enumerate(spec.files):
        if layer.under is not None:
            at = ("files", index, "under")
            yield from _check_part(document, at, layer.under, "under", Table | Variants | Map)
    for path in spec.overrides or {}:
        if part_at(spec, path) is None:
            yield _unknown(document, ("overrides", path), path, is_key=True)


def _check_part(document: Document[Config], at: Path, path: str, key: str, wanted: object) -> Iterator[Diagnostic]:
    part = part_at(document.spec, path)
    if part is None:
        yield _unknown(document, at, path)
    elif not isinstance(part, wanted):  # type: ignore[arg-type] # a union of classes
        expected = "a section or a map" if key in ("within", "under") else "a section"
        span = document.span(*document.written(*at))
        yield found(codes.CONFIG_PATH_MISFIT, span, key=key, path=path, expected=expected, found=_WORDS[type(part)])


def _check_among(document: Document[Config], at: Path, among: str) -> Iterator[Diagnostic]:
    is_keys = among.startswith("keys(")
    path = among[5:-1] if is_keys else among
    part = part_at(document.spec, path)
    if part is None:
        yield _unknown(document, at, path)
    elif not (isinstance(part, Map | Table) if is_keys else _is_texts(part)):
        expected = "a map" if is_keys else "a list of texts"
        span = document.span(*document.written(*at))
        yield found(codes.CONFIG_PATH_MISFIT, span, key="among", path=path, expected=expected, found=_said(part))


def _is_texts(part: Node) -> bool:
    return isinstance(part, Value) and part.list is not None and part.list.type in _TEXTS


def _said(part: Node) -> str:
    return f"a field of type {part.shape}" if isinstance(part, Value) else _WORDS[type(part)]


def _unknown(document: Document[Config], at: Path, path: str, *, is_key: bool = False) -> Diagnostic:
    written = document.written(*at)
    span = document.key_span(*written) if is_key else document.span(*written)
    suggestion = did_you_mean(path, paths(document.spec))
    return found(codes.CONFIG_PATH_UNKNOWN, span, path=path, suggestion=suggestion)
