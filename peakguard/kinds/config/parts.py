"""The compiled parts of a policy by path."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any


def part_at(fields: Mapping[str, Any], path: Sequence[str]) -> Mapping[str, Any] | None:
    """The part at a path of a configuration; None where the policy declares none."""
    part: Mapping[str, Any] = {"is": "table", "fields": fields}
    for key in path:
        below = _below(part, key)
        if below is None:
            return None
        part = below
    return part


def is_secret(fields: Mapping[str, Any], path: Sequence[str]) -> bool:
    """Whether a value is never shown."""
    part = part_at(fields, path)
    return part is not None and bool(part.get("secret"))


def _below(part: Mapping[str, Any], key: str) -> Mapping[str, Any] | None:
    found: Mapping[str, Any] | None = None
    if part["is"] == "table":
        found = part["fields"].get(key)
    elif part["is"] == "map":
        found = part["values"]
    elif part["is"] == "union":
        groups = (part["common"], *part["variants"].values())
        found = next((fields[key] for fields in groups if key in fields), None)
    return found
