"""What the rules of a config policy may read: every key by its path, and within a section or map by its name."""

from __future__ import annotations

from collections.abc import Mapping

from peakguard.expression import types
from peakguard.expression.lookups import KEYS, VALUES
from peakguard.expression.scope import Column, Scope
from peakguard.kinds.config.model import Config, Map, Node, Renamed, Table, Value, Variants
from peakguard.kinds.config.structure import inner_fields, may_be_missing, part_at
from peakguard.language.typed import type_of

ENV = "env"
"""The name of the environment in rules."""
KEY = "key"
"""The name of the key of an entry, in rules within a map."""


def scope_of(spec: Config, within: str | None = None) -> Scope:
    """All top-level keys; `within` adds the fields of a section, or of the entries of a map."""
    columns = _columns(spec.sections)
    if spec.environment.reads:
        variable = Column(types.STRING, nullable=True)
        columns[ENV] = Column(types.record(dict.fromkeys(spec.environment.reads, variable)))
    inner = part_at(spec, within) if within is not None else None
    if isinstance(inner, Map):
        columns[KEY] = Column(types.STRING)
        inner = inner.values
    if inner is not None:
        columns |= _columns(inner_fields(inner)) | _discriminator(inner)
    return Scope(columns, document=True)


def _columns(fields: Mapping[str, Node]) -> dict[str, Column]:
    found = {name: _column(node) for name, node in fields.items() if not isinstance(node, Renamed)}
    return {name: column for name, column in found.items() if column is not None}


def _column(node: Node) -> Column | None:
    missing = may_be_missing(node)
    if isinstance(node, Value):
        return Column(type_of(node), missing, node.finite, node.unit)
    if isinstance(node, Table):
        return Column(types.record(_columns(node.fields)), missing)
    if isinstance(node, Variants):
        return Column(types.record(_discriminator(node) | _of_variants(node)), missing)
    if isinstance(node, Map):
        value = _column(node.values)
        lists = {KEYS: Column(types.list_of(Column(types.STRING)))}
        return Column(types.record(lists | ({VALUES: Column(types.list_of(value))} if value is not None else {})))
    return None


def _discriminator(node: Node) -> dict[str, Column]:
    return {node.union: Column(types.enum(tuple(node.variants)))} if isinstance(node, Variants) else {}


def _of_variants(node: Variants) -> dict[str, Column]:
    """Fields of single variants are null in the others; one that is not of one type in all cannot be read."""
    found = _columns(node.common)
    for fields in node.variants.values():
        for name, column in _columns(fields).items():
            known = found.setdefault(name, column._replace(nullable=True))
            if known.type != column.type:
                del found[name]
    return found
