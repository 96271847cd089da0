"""What the names of a module stand for, as far as its text tells."""

from __future__ import annotations

import ast
from collections.abc import Mapping


def imported(tree: ast.Module, module: str, *, is_package: bool) -> Mapping[str, str]:
    """Local name -> dotted name, for every import in a file, and for what is made of a class that was imported."""
    names: dict[str, str] = {}
    package = module if is_package else module.rpartition(".")[0]
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                names[alias.asname or alias.name.partition(".")[0]] = (
                    alias.name if alias.asname else alias.name.partition(".")[0]
                )
        elif isinstance(node, ast.ImportFrom):
            source = _source(node, package)
            names.update({alias.asname or alias.name: f"{source}.{alias.name}" for alias in node.names})
    for node in ast.walk(tree):
        for target, value in _bound(node):
            made = dotted(value.func, names) if isinstance(value, ast.Call) else None
            if made is not None and made.rpartition(".")[2][:1].isupper():
                names.setdefault(target, made)
    return names


def _source(node: ast.ImportFrom, package: str) -> str:
    if not node.level:
        return node.module or ""
    parts = package.split(".") if package else []
    return ".".join([*parts[: len(parts) - node.level + 1], *filter(None, [node.module])])


def _bound(node: ast.AST) -> list[tuple[str, ast.expr]]:
    """`x = …`, `self.x = …` and `with … as x`: the text of the name, and the value."""
    if isinstance(node, ast.Assign):
        return [(ast.unparse(target), node.value) for target in node.targets if _is_name(target)]
    if isinstance(node, ast.AnnAssign) and node.value is not None and _is_name(node.target):
        return [(ast.unparse(node.target), node.value)]
    if isinstance(node, ast.With | ast.AsyncWith):
        items = [each for each in node.items if each.optional_vars is not None]
        return [(ast.unparse(each.optional_vars), each.context_expr) for each in items if each.optional_vars]
    return []


def _is_name(node: ast.expr) -> bool:
    return isinstance(node, ast.Name) or (isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name))


def dotted(node: ast.expr, names: Mapping[str, str]) -> str | None:
    """The full name of what an expression names, such as `pandas.read_csv` for `pd.read_csv`; None where unknown."""
    if isinstance(node, ast.Name):
        return names.get(node.id)
    if isinstance(node, ast.Attribute):
        held = names.get(ast.unparse(node)) if isinstance(node.value, ast.Name) else None
        above = dotted(node.value, names)
        return held or (f"{above}.{node.attr}" if above is not None else None)
    if isinstance(node, ast.Call):
        # What is made of a class has the methods of the class.
        made = dotted(node.func, names)
        return made if made is not None and made.rpartition(".")[2][:1].isupper() else None
    return None
