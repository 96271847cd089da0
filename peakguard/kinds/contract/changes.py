"""What a contract says, element by element, and how a change of each is judged."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from peakguard.kinds.contract.changes_judged import (
    action,
    coerce,
    column,
    column_order,
    default,
    exemption,
    extra_columns,
    key,
    name_of,
    names,
    renamed,
    required,
    sample,
    share,
    type_of_column,
)
from peakguard.kinds.contract.model import Column, Contract
from peakguard.kinds.contract.scope import scope_of
from peakguard.language.bounded import BOUNDED, under, value_elements
from peakguard.language.change import Element
from peakguard.language.document import Document
from peakguard.language.elements import NOT_COMPARED, Row, Table, as_set, element, elements_of, length
from peakguard.language.judges import (
    at_least,
    at_most,
    breaks,
    by,
    demand,
    guarantee,
    ranked,
    risks,
    stated,
    unknown,
    words,
)
from peakguard.language.rule_changes import RULE
from peakguard.language.texts import as_meant
from peakguard.syntax.node import Path

_PART = Row(guarantee(stated))

TABLE: Table = {
    "extends": NOT_COMPARED,  # what it takes over is compared as its own
    **under("columns.*", BOUNDED),
    "columns.*": Row(column),
    "columns.*.source": NOT_COMPARED,  # with the aliases, as the names that the data may use
    "columns.*.aliases": NOT_COMPARED,
    "columns.*.required": Row(required),
    "columns.*.default": Row(default),
    "columns.*.parse": Row(breaks),
    "extra_columns": Row(extra_columns),
    "column_order": NOT_COMPARED,  # with the order of the columns
    "coerce": Row(coerce),
    "trust_statistics": Row(guarantee(ranked(True, False))),  # a file may say what is not so
    "key": Row(key, as_set),
    "order": Row(by(unknown, {})),  # functions of rows before follow it
    "order.by": Row(breaks),
    "order.within": Row(breaks, as_set),
    "order.strict": Row(guarantee(ranked(False, True))),
    "cadence": _PART,
    "cadence.every": Row(breaks, length),
    "cadence.column": Row(breaks),
    "cadence.within": Row(breaks, as_set),
    "cadence.calendar": Row(breaks),
    "cadence.max_gap": Row(guarantee(at_most)),
    "freshness": _PART,
    "freshness.column": Row(breaks),
    "freshness.max_age": Row(guarantee(at_most), length),
    "rows.min": Row(demand(at_least)),
    "rows.max": Row(demand(at_most)),
    "references.*": _PART,
    "references.*.contract": Row(breaks),
    "references.*.column": Row(breaks),
    "references.*.also.*": Row(breaks),
    **under("rules.*", RULE),
    "sample": Row(sample),
    "sample.share": Row(share),
    "sample.seed": Row(risks),
    "on_violation": Row(action),
    "error": Row(breaks),
    "exempt": Row(words, name=name_of),
    "exempt.*": Row(exemption),
    "exempt.*.key": NOT_COMPARED,
    "exempt.*.rule": NOT_COMPARED,
    "exempt.*.reason": Row(words),
    "exempt.*.until": Row(exemption),
}


def renames(old: Contract, new: Contract) -> dict[str, str]:
    """Columns that were given another name and still take the old one, from old to new."""
    gone = [name for name in old.columns if name not in new.columns]
    come = {name: each for name, each in new.columns.items() if name not in old.columns}
    found = {was: [name for name, each in come.items() if was in each.aliases] for was in gone}
    return {was: names[0] for was, names in found.items() if len(names) == 1}


def elements(document: Document[Contract], names: Mapping[str, str]) -> Iterator[Element]:
    """The elements of a contract; `names` are columns that the other version calls otherwise."""
    for each in _elements(document, names):
        yield _under_new_name(each, names) if names else each


def _elements(document: Document[Contract], names: Mapping[str, str]) -> Iterator[Element]:
    spec = document.spec
    for each in elements_of(document, TABLE):
        yield _rule(each, document, names) if each.path[0] == "rules" else each
    for name, declared in spec.columns.items():
        yield from _column(document, name, declared)
    order = tuple(spec.columns) if spec.column_order == "declared" else ()
    yield element(document, ("column_order",), order, Row(column_order))._replace(shown=spec.column_order)


def _column(document: Document[Contract], name: str, declared: Column) -> Iterator[Element]:
    path: Path = ("columns", name)
    yield from value_elements(document, path, declared, type_of_column)
    found = (declared.source or name, *declared.aliases)
    yield element(document, (*path, "names"), found, Row(names, as_set))
    yield element(document, (*path, "name"), name, Row(renamed))
    if declared.values is not None:
        yield element(document, (*path, "number of values"), len(declared.values), Row(words))._replace(effect="values")


def _rule(each: Element, document: Document[Contract], names: Mapping[str, str]) -> Element:
    if each.path[-1] not in ("expr", "dataset", "when") or len(each.path) != len(("rules", "name", "key")):
        return each
    rule = document.spec.rules[str(each.path[1])]
    scope = scope_of(document.spec, is_dataset=rule.form == "dataset" and each.path[-1] != "when")
    return as_meant(each, each.value, scope, names)


def _under_new_name(each: Element, names: Mapping[str, str]) -> Element:
    """What stands under the old name of a column, and what names it, as the new version has it."""
    part, last = each.path[0], each.path[-1]
    if part in ("columns", "references") and len(each.path) > 1:
        was = str(each.path[1])
        return each._replace(key=(part, names.get(was, was), *each.key[2:]))
    if part in ("key", "column_order") or last in ("by", "within", "column", "reads"):
        value = each.value
        as_new = tuple(names.get(one, one) for one in value) if isinstance(value, tuple) else names.get(value, value)
        return each._replace(value=as_new if part == "column_order" or last == "reads" else _sorted(as_new))
    return each


def _sorted(value: object) -> object:
    return as_set(value) if isinstance(value, tuple) else value
