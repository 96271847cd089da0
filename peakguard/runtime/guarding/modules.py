"""The modules that are loaded, looked at without waking any that loads late."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from types import ModuleType
from typing import Any


def namespaces() -> Iterator[tuple[str, dict[str, Any]]]:
    """Every loaded module's name and its names, as they are at this moment.

    A lazy module loads when it is asked for an attribute, so its names are taken past it.
    """
    for name, module in list(sys.modules.items()):
        if is_module(module):
            yield name, names_of(module)


def is_module(found: Any) -> bool:
    """Whether something in `sys.modules` is a module, and does not only say so, as libraries of cffi do."""
    return issubclass(type(found), ModuleType)


def names_of(module: ModuleType) -> dict[str, Any]:
    """The names that a module has now."""
    names: dict[str, Any] = object.__getattribute__(module, "__dict__")
    return names


def _is_other(found: Any, module: ModuleType) -> bool:
    return is_module(found) and names_of(found) is not names_of(module)


def twins(module: ModuleType) -> Iterator[ModuleType]:
    """The module, and every other one made of the same file: `src.app.x` and `app.x` are two modules of one file."""
    yield module
    path = names_of(module).get("__file__")
    if not isinstance(path, str):
        return
    real = os.path.realpath(path)
    for other in list(sys.modules.values()):
        found = names_of(other).get("__file__") if _is_other(other, module) else None
        # Resolving a path asks the disk; most are of files of other names.
        if isinstance(found, str) and os.path.basename(found) == os.path.basename(path):
            yield from [other] if os.path.realpath(found) == real else []
