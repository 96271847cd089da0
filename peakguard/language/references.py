"""References between policies: declared by annotation, found by walking a decoded model."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Any, NamedTuple, Union, get_args, get_origin

from pydantic import BaseModel, Strict

from peakguard.diagnostics.span import Span
from peakguard.syntax.node import Path


class RefTo(NamedTuple):
    """Marks a string field as the name of something in a namespace."""

    namespace: str


ErrorRef = Annotated[str, Strict(), RefTo("error")]
ResilienceRef = Annotated[str, Strict(), RefTo("resilience policy")]
CacheRef = Annotated[str, Strict(), RefTo("cache policy")]
ConfigRef = Annotated[str, Strict(), RefTo("config")]
ScenarioRef = Annotated[str, Strict(), RefTo("chaos scenario")]
ContractRef = Annotated[str, Strict(), RefTo("contract")]
InvariantsRef = Annotated[str, Strict(), RefTo("invariants")]


class Reference(NamedTuple):
    """A name that some policy uses, with the namespace it must be declared in."""

    namespace: str
    name: str
    span: Span


class _Use(NamedTuple):
    path: Path
    namespace: str
    name: str


def uses(spec: BaseModel) -> Iterator[_Use]:
    """Every reference inside a model: where it stands, its namespace, and the name."""
    yield from _uses(spec, type(spec), ())


def _uses(value: Any, annotation: Any, path: Path) -> Iterator[_Use]:
    if value is None:
        return
    if isinstance(annotation, RefTo) and isinstance(value, str):
        yield _Use(path, annotation.namespace, value)
    elif isinstance(value, BaseModel):
        for name, key, inner in _fields_with_references(type(value)):
            yield from _uses(getattr(value, name), inner, (*path, key))
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _uses(item, annotation, (*path, key))
    elif isinstance(value, tuple):
        for index, item in enumerate(value):
            yield from _uses(item, annotation, (*path, index))


@cache
def _fields_with_references(model: type[BaseModel]) -> list[tuple[str, str, Any]]:
    found = []
    for name, field in model.model_fields.items():
        marks = [mark for mark in field.metadata if isinstance(mark, RefTo)]
        inner = marks[0] if marks else _inner(field.annotation)
        if inner is not None:
            found.append((name, field.alias or name, inner))
    return found


@cache
def _leads_to_reference(model: type[BaseModel], above: frozenset[type[BaseModel]]) -> bool:
    """Whether a model holds a reference, at any depth; `above` are models around it, which may hold themselves."""
    if model in above:
        return False
    fields = model.model_fields.values()
    return any(
        any(isinstance(mark, RefTo) for mark in field.metadata)
        or any(
            isinstance(part, RefTo) or (_is_model(part) and _leads_to_reference(part, above | {model}))
            for part in _parts(field.annotation)
        )
        for field in fields
    )


def _parts(annotation: Any) -> Iterator[Any]:
    """All that an annotation is made of."""
    yield annotation
    for part in get_args(annotation):
        yield from _parts(part)


def _is_model(part: Any) -> bool:
    return isinstance(part, type) and issubclass(part, BaseModel)


def _inner(annotation: Any) -> Any:
    """The RefTo or model class that an annotation leads to, through containers; None where there is none."""
    if _is_model(annotation):
        return annotation if _leads_to_reference(annotation, frozenset()) else None
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        marks = [mark for mark in arguments[1:] if isinstance(mark, RefTo)]
        return marks[0] if marks else _inner(arguments[0])
    if origin in (Union, UnionType, tuple, list):
        inner = [_inner(each) for each in arguments if each not in (NoneType, Ellipsis)]
        return next((each for each in inner if each is not None), None)
    return _inner(arguments[1]) if origin is dict else None
