"""The modules of a code base: its Python files, and the names that they are imported by."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from typing import NamedTuple

_NO_CODE = frozenset({"__pycache__", "build", "dist", "node_modules", "site-packages"})


class Found(NamedTuple):
    """A Python file, the name its module is imported by, and whether it is a test."""

    path: str
    module: str
    is_test: bool


def modules(path: str, roots: Sequence[str] = ()) -> Iterator[Found]:
    """All Python files below a folder, or the one file; `roots` are folders that imports start from."""
    if os.path.isfile(path):
        yield _found(path, roots, os.path.dirname(path))
        return
    for folder, folders, files in os.walk(path):
        folders[:] = sorted(each for each in folders if _may_hold_code(folder, each))
        yield from (_found(os.path.join(folder, name), roots, path) for name in sorted(files) if name.endswith(".py"))


def _may_hold_code(folder: str, name: str) -> bool:
    is_environment = os.path.exists(os.path.join(folder, name, "pyvenv.cfg"))
    return not (name.startswith(".") or name in _NO_CODE or name.endswith(".egg-info") or is_environment)


def _found(path: str, roots: Sequence[str], start: str) -> Found:
    parts = os.path.relpath(path, start).split(os.sep)
    is_test = bool({"test", "tests"} & set(parts[:-1])) or parts[-1].startswith("test_") or parts[-1] == "conftest.py"
    return Found(path, _name(os.path.abspath(path), roots, start), is_test)


def _name(path: str, roots: Sequence[str], start: str) -> str:
    """From the innermost root around it; else from the folder above its outermost package."""
    inside = [root for root in map(os.path.abspath, roots) if path.startswith(os.path.join(root, ""))]
    folder = os.path.dirname(path)
    while not inside and os.path.exists(os.path.join(folder, "__init__.py")):
        folder = os.path.dirname(folder)
    if not inside and folder == os.path.dirname(path) and folder.startswith(os.path.abspath(start)):
        folder = os.path.abspath(start)  # a folder without __init__.py is a package too
    root = max(inside, key=len) if inside else folder
    name = os.path.splitext(os.path.relpath(path, root))[0].replace(os.sep, ".")
    return name.removesuffix(".__init__")
