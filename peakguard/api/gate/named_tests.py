"""Tests by their pytest names: whether they are there, without running them."""

from __future__ import annotations

import ast
import os
from functools import cache


def missing(root: str, test: str) -> str | None:
    """What is wrong with `tests/file.py::Class::test[case]`; None where the file has such a test."""
    path, *names = test.partition("[")[0].split("::")
    tree = _tree(os.path.join(root, path))
    if isinstance(tree, str):
        return tree
    within: list[ast.stmt] = list(tree.body)
    for name in names:
        found = [each for each in within if isinstance(each, _NAMED) and each.name == name]
        if not found:
            return f"is not in the file: it has no `{name}`"
        within = list(found[-1].body)
    return None


@cache
def _tree(path: str) -> ast.Module | str:
    try:
        with open(path, "rb") as file:
            return ast.parse(file.read())
    except OSError as error:
        return f"cannot be found: {(error.strerror or str(error)).lower()}"
    except (SyntaxError, ValueError) as error:
        return f"cannot be found: the file is no Python: {error}"


_NAMED = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
