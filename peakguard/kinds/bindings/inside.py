"""Which bound functions a bound function calls: read from the text of the program, through its own other functions."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Callable, Iterator, Mapping
from textwrap import dedent
from types import CodeType
from typing import Any

_MOST = 200
"""Functions that are read for one binding."""


def called_inside(function: Callable[..., Any], owner: Any, bound: Mapping[CodeType, str]) -> list[str]:
    """The targets among `bound`, by their code, that a function calls, directly or through functions of its package.

    What is called by a name that only run time knows is not found.
    """
    found: dict[str, None] = {}
    seen = {code_of(function)}
    waiting = [(function, owner)]
    while waiting and len(seen) < _MOST:
        each, its_owner = waiting.pop()
        for called, next_owner in _called(each, its_owner):
            code = code_of(called)
            if code is None or code in seen:
                continue
            seen.add(code)
            if code in bound:
                found[bound[code]] = None
            elif _package(called) == _package(function):
                waiting.append((called, next_owner))
    return sorted(found)


def code_of(function: Any) -> CodeType | None:
    """The code of a function of Python, below its decorators; None for what has none."""
    try:
        code = getattr(inspect.unwrap(getattr(function, "__func__", function)), "__code__", None)
    except ValueError:  # decorators in a circle
        return None
    return code if isinstance(code, CodeType) else None


def _called(function: Callable[..., Any], owner: Any) -> Iterator[tuple[Any, Any]]:
    """What stands ahead of brackets in the text of a function, with the class it was found in."""
    plain = inspect.unwrap(getattr(function, "__func__", function))
    try:
        tree = ast.parse(dedent(inspect.getsource(plain)))
    except (OSError, TypeError, SyntaxError):
        return
    names = getattr(plain, "__globals__", {})
    for node in ast.walk(tree):
        path = _path(node.func) if isinstance(node, ast.Call) else None
        if path is None:
            continue
        is_own = path[0] in ("self", "cls") and inspect.isclass(owner)
        holder, start = None, owner if is_own else names.get(path[0])
        for name in path[1:]:
            holder, start = start, inspect.getattr_static(start, name, None)
        yield getattr(start, "__func__", start), holder if inspect.isclass(holder) else None


def _path(node: ast.expr) -> list[str] | None:
    """`a.b.c` as its names; None for anything else."""
    if isinstance(node, ast.Name):
        return [node.id]
    above = _path(node.value) if isinstance(node, ast.Attribute) else None
    return [*above, node.attr] if above is not None and isinstance(node, ast.Attribute) else None


def _package(function: Any) -> str:
    return str(getattr(function, "__module__", "")).partition(".")[0]
