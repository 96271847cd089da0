"""What can be wrong with a config policy, without looking at any configuration."""

from __future__ import annotations

from collections.abc import Iterator

from peakguard.diagnostics import codes
from peakguard.diagnostics.diagnostic import Diagnostic, found
from peakguard.kinds.config.check_fields import check_field, check_variables
from peakguard.kinds.config.check_names import check_names
from peakguard.kinds.config.check_rules import check_rules
from peakguard.kinds.config.model import Config, Map, Node, Table, Value, Variants
from peakguard.kinds.config.structure import Place, inner_fields, part_at, places
from peakguard.language.constraints import NUMBERS, head
from peakguard.language.document import Document


def check(document: Document[Config]) -> Iterator[Diagnostic]:
    """Findings within one policy."""
    spec = document.spec
    for place in places(spec):
        yield from _check_part(document, place)
    yield from check_variables(document)
    yield from check_names(document)
    yield from check_rules(document)
    yield from _check_files(document)
    yield from _check_agreements(document)


def _check_part(document: Document[Config], place: Place) -> Iterator[Diagnostic]:
    match place.node:
        case Value():
            yield from check_field(document, place, place.node)
        case Variants():
            yield from _check_variants(document, place, place.node)
        case Map():
            yield from _check_keys(document, place, place.node)
            yield from _check_sum(document, place, place.node)
        case Table():
            yield from _check_sum(document, place, place.node)


def _check_variants(document: Document[Config], place: Place, node: Variants) -> Iterator[Diagnostic]:
    groups: dict[tuple[str, ...], dict[str, Node]] = {("common",): node.common}
    groups |= {("variants", name): fields for name, fields in node.variants.items()}
    for path, fields in groups.items():
        if node.union in fields:
            span = document.key_span(*document.written(*place.path, *path, node.union))
            where = f"variant `{path[-1]}`" if path[0] == "variants" else "`common`"
            yield found(codes.DISCRIMINATOR_TAKEN, span, key=node.union, section=place.dotted, place=where)


def _check_keys(document: Document[Config], place: Place, node: Map) -> Iterator[Diagnostic]:
    from peakguard.expression.patterns import check_pattern

    fault = check_pattern(node.keys)
    if fault is not None:
        path = document.written(*place.path, "keys")
        span = document.inner_span(path, fault.start, fault.end)
        yield found(codes.BAD_PATTERN, span, construct=fault.construct, reason=fault.reason)


def _check_sum(document: Document[Config], place: Place, node: Table | Map) -> Iterator[Diagnostic]:
    if node.sum is None:
        return
    for field in inner_fields(node).values():
        if not isinstance(field, Value) or head(field.shape) not in NUMBERS:
            shape = field.shape if isinstance(field, Value) else "table"
            span = document.key_span(*document.written(*place.path, "sum"))
            yield found(codes.CONSTRAINT_MISFIT, span, constraint="sum", type=shape, fits="tables of numbers")
            return


def _check_files(document: Document[Config]) -> Iterator[Diagnostic]:
    seen: set[str] = set()
    for index, layer in enumerate(document.spec.files):
        if layer.path in seen:
            yield found(codes.CONFIG_FILE_TWICE, document.span("files", index), path=layer.path)
        seen.add(layer.path)


def _check_agreements(document: Document[Config]) -> Iterator[Diagnostic]:
    for name, agreement in document.spec.agree.items():
        sections = [part_at(document.spec, path) for path in agreement.sections]
        if any(not isinstance(section, Table | Variants) for section in sections):
            continue  # a finding of its own
        keys = [set(inner_fields(section)) for section in sections if section is not None]
        shared = [key for key in set().union(*keys) if sum(key in each for each in keys) > 1]
        if not set(shared) - set(agreement.exempt):
            yield found(codes.AGREEMENT_EMPTY, document.key_span("agree", name), agreement=name)
