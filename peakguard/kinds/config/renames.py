"""Keys of older versions: what they say moves to the key that took their place, and is told."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from peakguard.diagnostics import codes
from peakguard.diagnostics.diagnostic import found
from peakguard.kinds.config.layers import put
from peakguard.kinds.config.values import Report
from peakguard.syntax.node import Mapping as Table
from peakguard.syntax.node import Node, child


def move_renamed(plan: Mapping[str, Any], root: Table, report: Report) -> None:
    """Take the old keys out of the tree, and put what they say where it belongs."""
    _of_fields(plan["fields"], root, root, (), report)


def _of_fields(
    fields: Mapping[str, Any],
    table: Node,
    root: Table,
    path: tuple[str, ...],
    report: Report,
    *,
    is_entry: bool = False,
) -> None:
    if not isinstance(table, Table):
        return
    for name, part in fields.items():
        if name not in table.entries:
            continue
        if part["is"] == "renamed":
            _move(part, table, root, (*path, name), report, is_entry=is_entry)
            continue
        inner = table.entries[name][1]
        if part["is"] == "table":
            _of_fields(part["fields"], inner, root, (*path, name), report)
        elif part["is"] == "union":
            for variant in (part["common"], *part["variants"].values()):
                _of_fields(variant, inner, root, (*path, name), report)
        elif part["is"] == "map" and isinstance(inner, Table) and part["values"]["is"] == "table":
            for key, (_, entry) in inner.entries.items():
                _of_fields(part["values"]["fields"], entry, root, (*path, name, key), report, is_entry=True)


def _move(
    part: Mapping[str, Any], table: Table, root: Table, path: tuple[str, ...], report: Report, *, is_entry: bool
) -> None:
    """In an entry of a map the new key is one of the same entry."""
    at, value = table.entries.pop(path[-1])
    use = part["use"]
    report(deprecated(".".join(path), part, at))
    if use is None:
        return
    target = [*path[:-1], use] if is_entry else use.split(".")
    if _is_there(root, target):
        report(found(codes.CONFIG_GIVEN_TWICE, at.span, field=".".join(path), use=use))
    else:
        put(root, target, at, value)


def deprecated(field: str, part: Mapping[str, Any], at: Node) -> Any:
    """The finding about a key that is to go."""
    use = part["use"]
    fix = f"Write `{use}` in its place" if use is not None else "Take it out"
    reason = f": {part['reason']}" if part["reason"] is not None else ""
    data = {"since": part["since"], "use": use or "", "reason": reason, "fix": fix}
    return found(codes.CONFIG_DEPRECATED, at.span, field=field, **data)


def _is_there(root: Table, path: list[str]) -> bool:
    node: Node | None = root
    for key in path:
        node = child(node, key) if node is not None else None
    return node is not None
