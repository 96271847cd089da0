"""Which keys a model allows at a path, for "did you mean" and for the list of allowed keys."""

from __future__ import annotations

from types import NoneType
from typing import Annotated, Any, get_args, get_origin

from pydantic import BaseModel

from peakguard.syntax.node import Mapping, Node, Path


def keys_at(model: type[BaseModel], path: Path, node: Node) -> list[str]:
    """The allowed keys, in the order they are declared; of several models the one that the node comes nearest to."""
    candidates = _models(model)
    for step in path:
        candidates = [each for candidate in candidates for each in _below(candidate, step)]
    if not candidates:
        return []
    present = set(node.entries) if isinstance(node, Mapping) else set()
    nearest = max(candidates, key=lambda each: (-len(_required(each) - present), len(present & set(_keys(each)))))
    return _keys(nearest)


def _required(model: Any) -> set[str]:
    if not (isinstance(model, type) and issubclass(model, BaseModel)):
        return set()
    return {field.alias or name for name, field in model.model_fields.items() if field.is_required()}


def _keys(model: Any) -> list[str]:
    if not (isinstance(model, type) and issubclass(model, BaseModel)):
        return []
    return [field.alias or name for name, field in model.model_fields.items()]


def _below(annotation: Any, step: str | int) -> list[Any]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        for name, field in annotation.model_fields.items():
            if (field.alias or name) == step:
                return _models(field.annotation)
        short = getattr(annotation, "SHORT_FOR", None)
        return _below(annotation.model_fields[short].annotation, step) if short is not None else []
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is dict:
        return _models(arguments[1])
    if origin in (tuple, list) and isinstance(step, int):
        return _models(arguments[0])
    return []


def _models(annotation: Any) -> list[Any]:
    """The members of a union, unwrapped; a single annotation is a union of one."""
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _models(arguments[0])
    if arguments and origin not in (dict, tuple, list):
        return [each for argument in arguments if argument is not NoneType for each in _models(argument)]
    return [annotation]
