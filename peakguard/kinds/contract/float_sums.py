"""Rules that add floats up over groups: the order in which an engine adds is its own."""

from __future__ import annotations

import ast
import re

from peakguard.kinds.contract.model import Contract

_ADDS = re.compile(r"\b(sum|mean|std)\s*\(")


def float_sums(spec: Contract) -> list[str]:
    """The names of rules with a sum, mean or standard deviation of a float column over the groups of `within`."""
    floats = {name for name, column in spec.columns.items() if column.shape.startswith("float")}
    return [
        name
        for name, rule in spec.rules.items()
        if rule.dataset is not None and rule.within and _ADDS.search(rule.dataset) and _adds(rule.dataset, floats)
    ]


def _adds(text: str, floats: set[str]) -> bool:
    try:
        tree = ast.parse(text.strip(), mode="eval")
    except (SyntaxError, ValueError, RecursionError):
        return False  # a finding of its own
    return any(
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and _ADDS.match(f"{node.func.id}(") is not None
        and any(isinstance(each, ast.Name) and each.id in floats for each in ast.walk(node))
        for node in ast.walk(tree)
    )
