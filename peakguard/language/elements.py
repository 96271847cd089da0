"""The elements of a decoded policy, by a table that says how a change of each of its keys is judged."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any, NamedTuple

from pydantic import BaseModel

from peakguard.language.change import Element, Judge
from peakguard.language.document import Document
from peakguard.language.judges import breaks, guarantee, ranked, words
from peakguard.syntax.node import Path

Normal = Callable[[Any], Any]
MODES = ("off", "observe", "enforce")


class Row(NamedTuple):
    """How one key is compared: the judge of its changes, and what its value means.

    `name` gives the items of a list their names, where they have an identity; without it a list is one value.
    `is_compared` is false for keys that others account for.
    """

    judge: Judge
    normal: Normal | None = None
    name: Callable[[Any], str] | None = None
    is_compared: bool = True


Table = Mapping[str, Row]
"""Rows by paths of keys, `*` for any name: `policies.*.retry.max_attempts`."""

NOT_COMPARED = Row(words, is_compared=False)


def length(value: str) -> int:
    """A length of time in nanoseconds."""
    from peakguard.runtime.lengths import nanoseconds

    return nanoseconds(value)


def size(value: str) -> int:
    """A size in bytes."""
    from peakguard.language.values import size_in_bytes

    return size_in_bytes(value)


def as_set(value: Any) -> tuple[Any, ...]:
    """The items of a list whose order means nothing."""
    return tuple(sorted(set(value), key=repr))


HEADER: Table = {
    **dict.fromkeys(("peakguard", "kind", "name", "version", "suppress", "accept"), NOT_COMPARED),
    **dict.fromkeys(("owner", "description", "requires"), Row(words)),
    "mode": Row(guarantee(ranked(*MODES))),
}


def elements_of(document: Document[Any], table: Table) -> Iterator[Element]:
    """The elements of a document. What the table does not name is breaking when it changes: nothing is missed."""
    spec = document.spec
    known = {**HEADER, **table}
    for key, value in _fields(spec):
        yield from _elements(document, known, (key,), key, value)


def fields_of(document: Document[Any], table: Table, path: Path, pattern: str, model: BaseModel) -> Iterator[Element]:
    """The elements of one part of a document: its keys, by the rows below `pattern`."""
    for key, value in _fields(model):
        yield from _elements(document, table, (*path, key), f"{pattern}.{key}", value)


def _fields(model: BaseModel) -> Iterator[tuple[str, Any]]:
    """What a model says, by its keys; what it leaves out is nothing to compare."""
    for key, name in _names(type(model)):
        value = getattr(model, name)
        if value is not None and value != ():
            yield key, value


@cache
def _names(model: type[BaseModel]) -> list[tuple[str, str]]:
    return [(field.alias or name, name) for name, field in model.model_fields.items()]


def _elements(document: Document[Any], table: Table, path: Path, pattern: str, value: Any) -> Iterator[Element]:
    row = table.get(pattern)
    if value is None or (row is not None and not row.is_compared):
        return
    inner = list(_inner(row, path, pattern, value))
    if not inner and (value == () or (value == {} and row is None)):
        return
    is_leaf = not inner and not isinstance(value, BaseModel | dict)
    is_list = row is not None and row.name is not None
    if (row is not None or is_leaf) and not is_list:
        yield element(document, path, value, row or Row(breaks), is_leaf=is_leaf)
    for inner_path, place, inner_pattern, each in inner:
        for found in _elements(document, table, inner_path, inner_pattern, each):
            yield found if place is None else found._replace(span=document.span(*place, *found.path[len(inner_path) :]))


def element(
    document: Document[Any], path: Path, value: Any, row: Row, *, is_leaf: bool = True, detail: Any = None
) -> Element:
    """One element; a part with inner elements has no value of its own but that it is there."""
    normal = (row.normal(value) if row.normal is not None else _plain(value)) if is_leaf else "(there)"
    span = document.key_span(*path) if not is_leaf else document.span(*path)
    return Element(
        key=path,
        path=path,
        value=normal,
        span=span,
        judge=row.judge,
        shown=shown(value) if is_leaf else "",
        detail=value if detail is None else detail,
        whole=document.spec,
    )


class _Inner(NamedTuple):
    """A value below another: its path, its place in the file where that is another, its pattern, itself."""

    path: Path
    place: Path | None
    pattern: str
    value: Any


def _inner(row: Row | None, path: Path, pattern: str, value: Any) -> Iterator[_Inner]:
    if isinstance(value, BaseModel):
        yield from (_Inner((*path, key), None, f"{pattern}.{key}", each) for key, each in _fields(value))
    elif isinstance(value, dict):
        yield from (_Inner((*path, key), None, f"{pattern}.*", each) for key, each in value.items())
    elif isinstance(value, tuple) and row is not None and row.name is not None:
        for index, each in enumerate(value):
            yield _Inner((*path, row.name(each)), (*path, index), f"{pattern}.*", each)


def _plain(value: Any) -> Any:
    """JSON-like values with a stable order of keys."""
    if isinstance(value, BaseModel):
        return tuple((key, _plain(each)) for key, each in sorted(_fields(value)) if each is not None)
    if isinstance(value, dict):
        return tuple((key, _plain(each)) for key, each in sorted(value.items()))
    if isinstance(value, tuple | list):
        return tuple(map(_plain, value))
    return value


def shown(value: Any) -> str:
    """A value as people write it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, BaseModel):
        return ", ".join(f"{key}: {shown(each)}" for key, each in _fields(value) if each is not None)
    if isinstance(value, dict):
        return ", ".join(f"{key}: {shown(each)}" for key, each in value.items())
    if isinstance(value, tuple | list):
        return ", ".join(map(shown, value))
    return "null" if value is None else str(value)
