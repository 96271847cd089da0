"""A policy in YAML as the same policy in TOML, through its nodes."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from peakguard.syntax.node import Mapping, Node, Scalar, Sequence, Style

_BARE = re.compile(r"[A-Za-z0-9_-]+")
_RAW = re.compile(r"[^\x00-\x08\x0a-\x1f\x7f']*")


class NoTwin(Exception):
    """TOML has no way to write the value."""


def to_toml(root: Mapping) -> str:
    """The document in TOML: tables of tables as headers, everything else in one line a key."""
    lines: list[str] = []
    tables: list[str] = []
    for key, (_, value) in root.entries.items():
        if isinstance(value, Mapping) and value.entries:
            tables += _table([key], value)
        else:
            lines.append(f"{_key(key)} = {_value(value)}")
    return "\n".join([*lines, *tables]) + "\n"


def _table(path: list[str], node: Mapping) -> Iterator[str]:
    yield ""
    yield f"[{'.'.join(_key(part) for part in path)}]"
    for key, (_, value) in node.entries.items():
        yield f"{_key(key)} = {_value(value)}"


def _value(node: Node) -> str:
    if isinstance(node, Mapping):
        inside = ", ".join(f"{_key(key)} = {_value(value)}" for key, (_, value) in node.entries.items())
        return f"{{{inside}}}"
    if isinstance(node, Sequence):
        return f"[{', '.join(_value(item) for item in node.items)}]"
    assert isinstance(node, Scalar)
    return _scalar(node)


def _scalar(node: Scalar) -> str:
    match node.value:
        case None:
            raise NoTwin("TOML has no null")
        case bool():
            return "true" if node.value else "false"
        case int():
            return str(node.value)
        case float():
            return _float(node.value)
        case str():
            return _string(node)


def _float(value: float) -> str:
    text = repr(value)
    return text if any(mark in text for mark in ".en") else f"{text}.0"


def _string(node: Scalar) -> str:
    text = str(node.value)
    if (
        node.style in (Style.LITERAL, Style.FOLDED)
        and "'''" not in text
        and not text.endswith("'")
        and "\r" not in text
    ):
        return f"'''\n{text}'''"
    if node.style is not Style.DOUBLE and _RAW.fullmatch(text):
        return f"'{text}'"
    return _basic(text)


def _key(key: str) -> str:
    return key if _BARE.fullmatch(key) else _basic(key)


def _basic(text: str) -> str:
    # JSON escapes all that TOML must escape but DEL, and nothing that TOML could not read.
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
