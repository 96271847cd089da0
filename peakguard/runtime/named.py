"""Objects that policies name by their import path, `package.module:name`."""

from __future__ import annotations

from functools import reduce
from importlib import import_module
from typing import Any


def named(path: str) -> Any:
    """The object at a path, whose module is imported. Raises what the import raises, and AttributeError."""
    module, _, name = path.partition(":")
    found: Any = import_module(module)
    return reduce(getattr, name.split("."), found)
