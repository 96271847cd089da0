"""A contract that extends another: two trees become one, before anything is decoded.

Columns and rules are joined key by key; what else a contract says stands in place of what the other says.
"""

from __future__ import annotations

from collections.abc import Iterator

from peakguard.diagnostics import codes
from peakguard.diagnostics.diagnostic import Diagnostic, found
from peakguard.kinds.contract.model import Contract
from peakguard.kinds.contract.weaker import weaker
from peakguard.language.document import Document
from peakguard.language.header import Policy
from peakguard.language.requirement import holds
from peakguard.language.rule import FORMS, KEYS_OF
from peakguard.language.typed import SHAPES
from peakguard.syntax.node import Mapping, Node, Path, Scalar, Sequence, Style

_OWN = frozenset({*Policy.model_fields, "extends"})
"""What every file says for itself."""
_DEMAND = frozenset({*FORMS, *KEYS_OF, "on_null"})
"""What a rule demands; the other keys say what happens when it is not met."""
Origin = tuple[Path, Node]


def merged(parent: Mapping, own: Mapping) -> Mapping:
    """The tree of a contract with all that its parent says; each part keeps the place where it is written."""
    entries = {key: pair for key, pair in parent.entries.items() if key not in _OWN}
    for key, (name, value) in own.entries.items():
        entries[key] = (name, _joined(key, entries[key][1], value) if key in entries else value)
    return _table(own, entries)


def _joined(key: str, theirs: Node, own: Node) -> Node:
    if key == "exempt" and isinstance(theirs, Sequence) and isinstance(own, Sequence):
        return Sequence(own.source, own.start, own.end, [*theirs.items, *own.items])
    if key not in ("columns", "rules", "references") or not isinstance(theirs, Mapping) or not isinstance(own, Mapping):
        return own
    entries = dict(theirs.entries)
    for name, (name_node, value) in own.entries.items():
        held = entries[name][1] if name in entries else None
        entries[name] = (name_node, _part(key, held, value) if held is not None else value)
    return _table(own, entries)


def _part(key: str, theirs: Node, own: Node) -> Node:
    """One column or rule that both contracts name."""
    if key == "columns":
        theirs, own = _as_table(theirs), _as_table(own)
    if key == "references" or not isinstance(theirs, Mapping) or not isinstance(own, Mapping):
        return own
    replaced: frozenset[str] = frozenset()
    if key == "columns" and any(shape in own.entries for shape in SHAPES):
        replaced = frozenset(SHAPES)
    if key == "rules" and any(form in own.entries for form in FORMS):
        replaced = _DEMAND
    kept = {name: pair for name, pair in theirs.entries.items() if name not in replaced}
    return _table(own, {**kept, **own.entries})


def _as_table(node: Node) -> Node:
    """`symbol: string` as the table that it is short for."""
    if not isinstance(node, Scalar) or not isinstance(node.value, str):
        return node
    key = Scalar(node.source, node.start, node.end, "type", Style.PLAIN)
    return Mapping(node.source, node.start, node.end, {"type": (key, node)})


def _table(place: Node, entries: dict[str, tuple[Scalar, Node]]) -> Mapping:
    return Mapping(place.source, place.start, place.end, entries)


def check_inherited(document: Document[Contract], parent: Document[Contract]) -> Iterator[Diagnostic]:
    """Whether the parent is of the version that is asked for, and where less is demanded than there."""
    extends = document.spec.extends
    assert extends is not None
    if extends.version is not None:
        yield from _check_version(document, parent, extends.version)
    excused: set[str] = set()
    for part in weaker(document.spec, parent.spec):
        words = ".".join(map(str, part.path))
        reason = next((said for said in extends.weaker if words == said or words.startswith(f"{said}.")), None)
        if reason is not None:
            excused.add(reason)
            continue
        data = {"part": words, "found": part.own, "stated": part.theirs, "contract": parent.spec.name}
        is_written = part.path[0] in parent.node.entries
        place = parent.key_span(*part.path) if is_written else parent.span("name")
        yield found(codes.WEAKER_THAN_PARENT, document.key_span(*part.path), **data, place=str(place))
    for said in extends.weaker:
        if said not in excused:
            span = document.key_span("extends", "weaker", said)
            yield found(codes.WEAKER_NEEDLESS, span, part=said, contract=parent.spec.name)


def _check_version(document: Document[Contract], parent: Document[Contract], wanted: str) -> Iterator[Diagnostic]:
    span, version = document.span("extends", "version"), parent.spec.version
    is_met = holds(wanted, version)
    if is_met is None:
        form = "comparisons joined by commas, such as >=1.2,<2"
        yield found(codes.BAD_NAME, span, found=wanted, what="version requirement", form=form)
    elif not is_met:
        yield found(codes.PARENT_VERSION_DIFFERS, span, contract=parent.spec.name, version=version, requires=wanted)


def origins(document: Document[Contract]) -> Iterator[Origin]:
    """Every part of a contract that extends another: its path, and the node that tells where it is written."""
    for key, (_, value) in document.node.entries.items():
        if key in _OWN:
            continue
        if key in ("columns", "rules", "references") and isinstance(value, Mapping):
            for name, (_, inner) in value.entries.items():
                yield from _origins((key, name), inner)
        elif isinstance(value, Sequence):
            yield from (((key, index), item) for index, item in enumerate(value.items))
        else:
            yield (key,), value


def _origins(path: Path, node: Node) -> Iterator[Origin]:
    if isinstance(node, Mapping):
        yield from (((*path, key), value) for key, (_, value) in node.entries.items())
    else:
        yield path, node
