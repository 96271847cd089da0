"""What rules compile to, for people."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from peakguard.reporters.visible import visible

_INDENT = "    "
_MOST = 80
"""Characters of a value."""
_NO_FORM = "none: a dataset rule judges all rows at once, and this form one at a time"


def compiled_text(policy: Mapping[str, Any]) -> str:
    """The report of `peakguard show`, given what its JSON form holds."""
    blocks = [f"{policy['kind']} {policy['name']} {policy['policy_version']}  {policy['file']}"]
    if policy["parts"]:
        blocks.append("\n".join(["made of", *map(_part, policy["parts"])]))
    blocks += ["\n".join(_rule(rule)) for rule in policy["rules"]]
    if policy["plan"]:
        blocks.append("\n".join(["one query for all rows (optimised plan)", *_indented(policy["plan"])]))
    if policy.get("monitor"):
        blocks.append("\n".join(["one function for every step", *_indented(policy["monitor"])]))
    return "\n\n".join(blocks) + "\n"


def _part(part: Mapping[str, Any]) -> str:
    value = part["value"] if isinstance(part["value"], str) else json.dumps(part["value"], ensure_ascii=False)
    shown = visible(value if len(value) <= _MOST else f"{value[:_MOST]}…")
    return f"  {visible(part['part'])}  {part['place']}  {shown}"


def _rule(rule: Mapping[str, Any]) -> Iterator[str]:
    yield f"{rule['id']}  {rule['place']}"
    yield f"  {visible(rule['expression'])}"
    yield f"  reads {', '.join(rule['reads']) or 'no column'}; {_unknown(rule)}"
    for name, text in rule["texts"].items():
        yield f"  {name}"
        yield from _indented(text if text is not None else _NO_FORM)


def _unknown(rule: Mapping[str, Any]) -> str:
    causes = " or ".join(rule["unknown_where"])
    if causes:
        return f"unknown where {causes}"
    return "unknown where the arithmetic has no result" if rule["nullable"] else "never unknown"


def _indented(text: str) -> Iterator[str]:
    return (f"{_INDENT}{visible(line)}".rstrip() for line in text.strip("\n").split("\n"))
