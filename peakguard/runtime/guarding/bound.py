"""Arguments that a function hides behind `*args`, by the names that its signature gives them."""

from __future__ import annotations

from collections.abc import Callable
from inspect import BoundArguments, Signature
from typing import Any


def binder(signature: Signature) -> Callable[..., BoundArguments]:
    """`signature.bind`, which also takes a keyword that is the name of a positional-only parameter.

    Python passes such a keyword into `**kwargs`; `bind` refuses it (before 3.13, bpo-87106).
    """
    kinds = {name: parameter.kind for name, parameter in signature.parameters.items()}
    rest = next((name for name, kind in kinds.items() if kind.name == "VAR_KEYWORD"), None)
    fixed = {name for name, kind in kinds.items() if kind.name == "POSITIONAL_ONLY"}
    if rest is None or not fixed:
        return signature.bind

    def bind(*args: Any, **kwargs: Any) -> BoundArguments:
        free = {name: value for name, value in kwargs.items() if name in fixed}
        bound = signature.bind(*args, **{name: value for name, value in kwargs.items() if name not in fixed})
        if free:
            bound.arguments[rest] = {**bound.arguments.get(rest, {}), **free}
        return bound

    return bind


def reader(signature: Signature) -> Callable[[BoundArguments, str], Any]:
    """A function that gives the argument of a name, or its default."""
    defaults = {name: parameter.default for name, parameter in signature.parameters.items()}
    empty: dict[str, Any] = {"VAR_POSITIONAL": (), "VAR_KEYWORD": {}}
    for name, parameter in signature.parameters.items():
        defaults[name] = empty.get(parameter.kind.name, defaults[name])

    def read(bound: BoundArguments, name: str) -> Any:
        return bound.arguments[name] if name in bound.arguments else defaults[name]

    return read
