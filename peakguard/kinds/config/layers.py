"""Layers of a configuration become one tree: later files over earlier ones, every value with its own place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from peakguard.diagnostics import codes
from peakguard.diagnostics.diagnostic import found
from peakguard.kinds.config.files import File
from peakguard.kinds.config.parts import is_secret
from peakguard.kinds.config.values import Report, shown
from peakguard.syntax.node import Mapping as Table
from peakguard.syntax.node import Node, Scalar, Style
from peakguard.syntax.source import Source

MARK = "$"
"""Begins the shown path of a value that stands in a variable of the environment."""
PUBLISHED = "(published)"
"""The path of values that a program published: a layer that may say what it likes."""

RETURNED = "(returned)"
"""The path of values that a function of the program returned."""


def stands_in_file(node: Node) -> bool:
    """Whether a value is written in a file or kept as if it were, so that it must not be a secret."""
    return not node.source.path.startswith((MARK, RETURNED))


def layered(plan: Mapping[str, Any], files: Sequence[File], report: Report) -> Table:
    """The tree of all files. A key that two of them give two values is a fault where the policy counts them."""
    trees = [_mounted(file) for file in files if file.tree is not None]
    if not trees:
        source = Source(files[0].path if files else f"the configuration `{plan['name']}`", "")
        return Table(source, 0, 0, {})
    merged = trees[0]
    for tree in trees[1:]:
        merged = _over(merged, tree, (), plan, report)
    return merged


def _mounted(file: File) -> Table:
    """The tree of a file, below the section that it holds."""
    assert file.tree is not None
    tree = file.tree
    for key in reversed(file.under.split(".") if file.under is not None else []):
        at = Scalar(tree.source, 0, 0, key, Style.PLAIN)
        tree = Table(tree.source, 0, tree.end, {key: (at, tree)})
    return tree


def _over(below: Table, above: Table, path: tuple[str, ...], plan: Mapping[str, Any], report: Report) -> Table:
    entries = dict(below.entries)
    for key, (at, value) in above.entries.items():
        known = entries.get(key)
        here = (*path, key)
        if known is not None and isinstance(known[1], Table) and isinstance(value, Table):
            entries[key] = (known[0], _over(known[1], value, here, plan, report))
            continue
        dotted = ".".join(here)
        if known is not None and plan["overrides"] is not None and dotted not in plan["overrides"]:
            _compare(dotted, known[1], value, report, is_hidden=is_secret(plan["fields"], here))
        entries[key] = (at, value)
    return Table(below.source, below.start, below.end, entries)


def _compare(field: str, below: Node, above: Node, report: Report, *, is_hidden: bool) -> None:
    if below.plain() != above.plain() and above.source.path != PUBLISHED:
        data = {
            "found": shown(above, is_secret=is_hidden),
            "first": shown(below, is_secret=is_hidden),
            "place": str(below.span),
        }
        report(found(codes.CONFIG_FILES_DISAGREE, above.span, field=field, **data))


def put(root: Table, path: Sequence[str], at: Scalar, value: Node) -> bool:
    """Put a value at a path, through tables that are made if need be; False where something else is in the way."""
    table = root
    for key in path[:-1]:
        if key not in table.entries:
            table.entries[key] = (at, Table(value.source, value.start, value.end, {}))
        inner = table.entries[key][1]
        if not isinstance(inner, Table):
            return False
        table = inner
    table.entries[path[-1]] = (at, value)
    return True
