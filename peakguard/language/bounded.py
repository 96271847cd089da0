"""Elements of a value with bounds: its type, its least and greatest value, and the other demands on it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from peakguard.expression.type_form import plain
from peakguard.language import judges
from peakguard.language.change import Direction, Element, Judge
from peakguard.language.constraints import head, measure
from peakguard.language.document import Document
from peakguard.language.elements import NOT_COMPARED, Row, Table, as_set
from peakguard.language.judges import breaks, demand, guarantee, ranked, stated, words
from peakguard.language.typed import Shape, type_of
from peakguard.syntax.node import Path

_LOW, _HIGH = ("gt", "ge"), ("lt", "le")
_SIGNS = {"gt": ">", "ge": "≥", "lt": "<", "le": "≤"}


def _by_part(is_stronger: str) -> judges.Move:
    """How a demand on a text moves that is stronger where one text is part of the other."""

    def move(old: Element | None, new: Element | None) -> Direction:
        if old is None or new is None:
            return stated(old, new)
        before, after = str(old.value), str(new.value)
        holds = {
            "starts_with": str.startswith,
            "ends_with": str.endswith,
            "contains": str.__contains__,
        }[is_stronger]
        return "tightens" if holds(after, before) else "loosens" if holds(before, after) else "both"

    return move


def _step(old: Element | None, new: Element | None) -> Direction:
    if old is None or new is None:
        return stated(old, new)
    return "tightens" if new.value % old.value == 0 else "loosens" if old.value % new.value == 0 else "both"


MISSING = guarantee(ranked(True, False))
"""Whether values may be missing: true is the weaker."""

BOUNDED: Table = {
    **dict.fromkeys(("type", "list", "record", "gt", "ge", "lt", "le"), NOT_COMPARED),
    "values": Row(demand(judges.among), as_set),
    "nullable": Row(MISSING),
    "finite": Row(guarantee(ranked(False, True))),
    "unit": Row(breaks),
    "matches": Row(demand(stated)),
    "min_length": Row(demand(judges.at_least)),
    "max_length": Row(demand(judges.at_most)),
    "not_in": Row(demand(judges.without), as_set),
    "starts_with": Row(demand(_by_part("starts_with"))),
    "ends_with": Row(demand(_by_part("ends_with"))),
    "contains": Row(demand(_by_part("contains"))),
    "multiple_of": Row(demand(_step)),
    "unique": Row(guarantee(ranked(False, True))),
    "error": Row(breaks),
    "description": Row(words),
}
"""By the keys of a value; those of its type and its bounds are compared together, by `value_elements`."""


def under(prefix: str, table: Table) -> dict[str, Row]:
    """The rows of a table below a path."""
    return {f"{prefix}.{key}" if key else prefix: row for key, row in table.items()}


def value_elements(document: Document[Any], path: Path, shape: Any, of_type: Judge = breaks) -> Iterator[Element]:
    """The type and the bounds of a value. Bounds are one element on each side: `gt: 0` of a whole number is `ge: 1`."""
    yield _type(document, path, shape, of_type)
    for keys, judge in ((_LOW, demand(_higher)), (_HIGH, demand(_lower))):
        bounds = [(key, getattr(shape, key)) for key in keys if getattr(shape, key, None) is not None]
        if not bounds:
            continue
        key, bound = _tightest(bounds, is_low=keys is _LOW)
        yield Element(
            key=(*path, keys[0]),
            path=(*path, key),
            value=_bound(key, bound, shape),
            span=document.span(*path, key),
            judge=judge,
            shown=f"{_SIGNS[key]} {bound}",
            whole=document.spec,
        )


def _type(document: Document[Any], path: Path, shape: Shape, judge: Judge) -> Element:
    type = type_of(shape)
    return Element(
        key=(*path, "type"),
        path=(*path, "type"),
        # The values of an enum are compared by themselves.
        value="enum" if type.kind == "enum" else json.dumps(plain(type), sort_keys=True),
        span=document.span(*path, "type"),
        judge=judge,
        shown=shape.type or str(type),
        detail=type,
        whole=document.spec,
    )


def _bound(key: str, bound: Any, shape: Shape) -> tuple[Any, bool]:
    """What bounds are compared by: the number, and whether it is left out itself."""
    value = measure(bound)
    if head(shape.shape) == "int64" and isinstance(value, int) and key in ("gt", "lt"):
        return (value + 1 if key == "gt" else value - 1), False
    return value, key in ("gt", "lt")


def _tightest(bounds: list[tuple[str, Any]], *, is_low: bool) -> tuple[str, Any]:
    ordered = sorted(bounds, key=lambda each: (measure(each[1]), (each[0] in ("gt", "lt")) == is_low))
    return ordered[-1 if is_low else 0]


def _higher(old: Element | None, new: Element | None) -> Direction:
    if old is None or new is None:
        return stated(old, new)
    return _compared(old.value, new.value, sign=1)


def _lower(old: Element | None, new: Element | None) -> Direction:
    if old is None or new is None:
        return stated(old, new)
    return _compared(old.value, new.value, sign=-1)


def _compared(old: tuple[Any, bool], new: tuple[Any, bool], *, sign: int) -> Direction:
    try:
        if new[0] == old[0]:
            return "tightens" if new[1] else "loosens"
        return "tightens" if (new[0] > old[0]) == (sign > 0) else "loosens"
    except TypeError:  # a day in place of a number: the type has changed as well
        return "undetermined"
