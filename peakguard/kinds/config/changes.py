"""What a config policy says, key by key of the configuration, and how a change of each is judged."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from peakguard.kinds.config.changes_judged import (
    condition,
    default,
    files,
    override,
    part,
    part_of_a_kind,
    required,
    sections,
    unknown_keys,
)
from peakguard.kinds.config.model import Config, Value
from peakguard.kinds.config.scope import scope_of
from peakguard.kinds.config.structure import Place, places
from peakguard.language.bounded import BOUNDED, under, value_elements
from peakguard.language.change import Element
from peakguard.language.document import Document
from peakguard.language.elements import NOT_COMPARED, Row, Table, as_set, element, elements_of, fields_of, length
from peakguard.language.judges import (
    ADDED,
    BREAKS,
    LOST,
    TIGHTER,
    WORDS,
    at_most,
    breaks,
    demand,
    guarantee,
    implied,
    parts,
    ranked,
    risks,
    stated,
    words,
)
from peakguard.language.rule_changes import RULE
from peakguard.language.texts import as_meant

TABLE: Table = {
    "files": Row(files),
    "environment.prefix": Row(breaks),
    "environment.separator": Row(breaks),
    "environment.reads": Row(words),
    "sections": NOT_COMPARED,  # key by key, below
    **under("rules.*", {key: RULE[key] for key in ("", "when", "on_null", "severity", "error", "message", "mode")}),
    "rules.*.expr": Row(guarantee(implied)),
    "rules.*.within": Row(breaks, as_set),
    "agree.*": Row(guarantee(stated)),
    "agree.*.sections": Row(sections, as_set),
    "agree.*.exempt.*": Row(parts(ADDED._replace(direction="loosens"), TIGHTER)),
    "overrides": Row(parts(TIGHTER, LOST)),
    "overrides.*": Row(override),
    "unknown_keys": Row(unknown_keys),
    "reload.max_stale": Row(guarantee(at_most), length),
    "reload.on_stale": Row(breaks),
    "reload.history": Row(words),
}
"""All keys but those below `sections`."""

FIELD: Table = {
    **under("field", BOUNDED),
    "field.required": NOT_COMPARED,  # as it comes out
    "field.required_when": Row(condition),
    "field.default": NOT_COMPARED,  # null may be one
    "field.secret": Row(guarantee(stated)),
    "field.env": Row(parts(ADDED, BREAKS)),
    "field.path": Row(demand(stated)),
    "field.among": Row(demand(stated)),
    "field.frozen": Row(risks),
    "field.deprecated": Row(parts(ADDED, WORDS)),
    "field.deprecated.since": Row(words),
    "field.deprecated.use": Row(words),
    "field.deprecated.reason": Row(words),
    **dict.fromkeys(("field.gt", "field.ge", "field.lt", "field.le"), NOT_COMPARED),
}
TABLES: Table = {
    **{f"part.{key}": NOT_COMPARED for key in ("fields", "values", "variants", "common")},  # key by key
    "part.required": Row(guarantee(ranked(False, True))),
    "part.unknown_keys": Row(unknown_keys),
    "part.sum": Row(guarantee(stated)),
    "part.frozen": Row(risks),
    "part.description": Row(words),
    "part.union": Row(breaks),
    "part.keys": Row(demand(stated)),
    "part.among": Row(demand(stated)),
    "part.deprecated": Row(words),
    "part.deprecated.since": Row(words),
    "part.deprecated.use": Row(words),
    "part.deprecated.reason": Row(words),
}
"""Of sections, unions, maps and keys that were renamed."""


def elements(document: Document[Config], names: Mapping[str, str]) -> Iterator[Element]:
    """The elements of the policy."""
    spec = document.spec
    for each in elements_of(document, TABLE):
        if each.path[0] == "rules" and each.path[-1] in ("expr", "when") and each.path[2:]:
            within = spec.rules[str(each.path[1])].within
            yield as_meant(each, each.value, scope_of(spec, within[0] if within else None))
        else:
            yield each
    scope = scope_of(spec)
    for place in places(spec):
        for each in _place(document, place):
            yield as_meant(each, each.value, scope) if each.path[-1] == "required_when" else each


def _place(document: Document[Config], place: Place) -> Iterator[Element]:
    """A key of the configuration; what is said of it goes with the kind of part that it is."""
    key = ("sections", *_keys(place))
    node, path = place.node, place.path
    kind = type(node).__name__.lower()
    whole = element(document, path, kind, Row(part), detail=node)
    yield whole._replace(key=key, path=key, shown=kind, span=document.key_span(*document.written(*path)))
    below = (*key, f"({kind})")
    yield whole._replace(key=below, path=key, judge=part_of_a_kind)
    found = (
        _field(document, place, node) if isinstance(node, Value) else fields_of(document, TABLES, path, "part", node)
    )
    for each in found:
        rest = each.path[len(path) :]
        span = document.span(*document.written(*each.path))
        yield each._replace(key=(*below, *each.key[len(path) :]), path=(*key, *rest), span=span)


def _keys(place: Place) -> tuple[str, ...]:
    """The keys of a place, with the variant that it belongs to: fields of two variants may have one name."""
    found = list(place.keys)
    depth = len(found)
    for index in range(len(place.path) - 2, 0, -1):
        if place.path[index - 1] == "variants":
            found[depth - 1] = f"{place.path[index]}:{found[depth - 1]}"
            break
    return tuple(found)


def _field(document: Document[Config], place: Place, value: Value) -> Iterator[Element]:
    path = place.path
    yield from fields_of(document, FIELD, path, "field", value)
    yield from value_elements(document, path, value)
    yield element(document, (*path, "required"), value.is_required, Row(required), detail=value)
    if value.has_default:
        yield element(document, (*path, "default"), value.default, Row(default), detail=value)
