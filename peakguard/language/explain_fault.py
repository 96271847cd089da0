"""From a pydantic error to a diagnostic: which code, which place, which data."""

from __future__ import annotations

import re
from collections.abc import Mapping as AbstractMapping
from typing import Any

from pydantic import BaseModel

from peakguard.diagnostics import codes
from peakguard.diagnostics.diagnostic import Diagnostic, found
from peakguard.diagnostics.wording import did_you_mean
from peakguard.language.shape import keys_at
from peakguard.syntax.node import Mapping, Node, Path, Scalar, at, child, key_at
from peakguard.syntax.parse import describe

_EXPECTED = {
    "string_type": "text",
    "bool_type": "true or false",
    "bool_parsing": "true or false",
    "int_type": "a whole number",
    "int_parsing": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "float_parsing": "a number",
    "dict_type": "a table",
    "model_type": "a table",
    "model_attributes_type": "a table",
    "tuple_type": "a list",
    "list_type": "a list",
    "is_instance_of": "a table",
}
_BOUNDS = {
    "greater_than": ("gt", "greater than"),
    "greater_than_equal": ("ge", "at least"),
    "less_than": ("lt", "less than"),
    "less_than_equal": ("le", "at most"),
}
_WORD = re.compile(r"[\w.-]+")
_QUOTED = re.compile(r"'([^']*)'|(\d+|True|False)")


def diagnose(error: AbstractMapping[str, Any], model: type[BaseModel], root: Mapping) -> Diagnostic:
    """The diagnostic for one entry of `ValidationError.errors()`."""
    kind, context = error["type"], error.get("ctx") or {}
    path = _real_path(root, error["loc"])
    if kind == "extra_forbidden":
        return _unknown_key(model, root, path)
    if kind == "missing":
        return found(codes.MISSING_KEY, _table_span(root, path), key=str(error["loc"][-1]))
    node = key_at(root, path) if error["loc"][-1:] == ("[key]",) else _as_written(at(root, path), error["input"])
    if kind.startswith("PG"):
        return _own(kind, node, context)
    if kind in ("literal_error", "enum"):
        return _not_an_option(node, context)
    if kind in _BOUNDS:
        key, words = _BOUNDS[kind]
        return found(codes.OUT_OF_RANGE, node.span, found=describe(node), bound=f"{words} {context[key]}")
    if kind == "too_short":
        return found(codes.EMPTY_VALUE, node.span)
    return found(codes.WRONG_TYPE, node.span, expected=_EXPECTED.get(kind, error["msg"]), found=describe(node))


def is_word(key: str) -> bool:
    """Whether a key looks like one, and not like the rest of a text."""
    return _WORD.fullmatch(key) is not None


def _own(code: str, node: Node, context: AbstractMapping[str, Any]) -> Diagnostic:
    """A fault of our own types; `start` and `end` in its data point into the text of the value."""
    data = dict(context)
    start, end = data.pop("start", None), data.pop("end", None)
    if start is None or not isinstance(node, Scalar):
        return found(code, node.span, **data)
    from peakguard.syntax.offsets import locate

    return found(code, locate(node, start, end), **data)


def _not_an_option(node: Node, context: AbstractMapping[str, Any]) -> Diagnostic:
    allowed = [quoted or other.lower() for quoted, other in _QUOTED.findall(context["expected"])]
    value = describe(node)
    if isinstance(node, Scalar):
        value = str(node.value).lower() if isinstance(node.value, bool) else str(node.plain())
    suggestion = did_you_mean(value, allowed)
    return found(codes.NOT_AN_OPTION, node.span, found=value, allowed=", ".join(allowed), suggestion=suggestion)


def _unknown_key(model: type[BaseModel], root: Mapping, path: Path) -> Diagnostic:
    key, value = str(path[-1]), at(root, path)
    if not is_word(key) and isinstance(value, Scalar) and value.value is None:
        return found(codes.COMMA_ENDS_TEXT, key_at(root, path).span, text=key)
    known = keys_at(model, path[:-1], at(root, path[:-1]))
    present = at(root, path[:-1])
    missing = [name for name in known if not isinstance(present, Mapping) or name not in present.entries]
    span = key_at(root, path).span
    return found(codes.UNKNOWN_KEY, span, key=key, known=", ".join(known), suggestion=did_you_mean(key, missing))


def _table_span(root: Mapping, path: Path) -> Any:
    """Where a missing key is missed: the key that names the table, or `kind` for the document itself."""
    if path:
        return key_at(root, path).span
    return root.entries["kind"][1].span


def _as_written(node: Node, given: Any) -> Node:
    """The value that a fault is about, also where a model knows it under another key than the file."""
    if not isinstance(node, Mapping) or isinstance(given, AbstractMapping):
        return node
    values = [value for _, value in node.entries.values() if isinstance(value, Scalar) and value.plain() == given]
    return values[0] if len(values) == 1 else node


def _real_path(root: Node, location: tuple[str | int, ...]) -> Path:
    """The steps of a pydantic location that exist in the file; names of union members are no steps."""
    node, path = root, []
    for step in location:
        below = child(node, step)
        if below is not None:
            node = below
            path.append(step)
    return tuple(path)
