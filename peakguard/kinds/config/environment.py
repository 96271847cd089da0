"""What the environment says over the files: variables with the prefix of a policy, and those that fields name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from peakguard.diagnostics import codes
from peakguard.diagnostics.diagnostic import found
from peakguard.diagnostics.wording import did_you_mean
from peakguard.kinds.config.layers import MARK, put
from peakguard.kinds.config.values import Report
from peakguard.kinds.config.variables import variable_of
from peakguard.runtime.values import parts
from peakguard.syntax.node import Mapping as Table
from peakguard.syntax.node import Node, Scalar, Style
from peakguard.syntax.node import Sequence as List
from peakguard.syntax.source import Source

_TEXTS = ("date", "datetime", "duration", "enum", "string")


def overlay(plan: Mapping[str, Any], root: Table, environ: Mapping[str, str], report: Report) -> tuple[str, ...]:
    """Put values of the environment into the tree; told are the variables that were used."""
    prefix, separator = plan["environment"]["prefix"], plan["environment"]["separator"]
    known: dict[str, tuple[tuple[str, ...], Mapping[str, Any]]] = {}
    for path, field in _fields(plan["fields"], root, ()):
        if field.get("env") is not None:
            known.setdefault(field["env"], (path, field))
        if prefix is not None:
            known.setdefault(variable_of(prefix, separator, path), (path, field))
    used = []
    for variable, (path, field) in known.items():
        if variable in environ:
            _take(root, path, field, variable, environ[variable])
            used.append(variable)
    if prefix is not None:
        read = {*known, *plan["environment"]["reads"]}
        for variable in sorted(environ):
            if variable.startswith(prefix) and variable not in read:
                data = {"suggestion": did_you_mean(variable, list(known)), "prefix": prefix}
                span = Source(f"{MARK}{variable}", "").span(0, 0)
                report(found(codes.CONFIG_VARIABLE_UNKNOWN, span, variable=variable, **data))
    return tuple(used)


def _fields(
    fields: Mapping[str, Any], table: Node | None, path: tuple[str, ...]
) -> Iterator[tuple[tuple[str, ...], Mapping[str, Any]]]:
    """Every field that a variable may override; of a map those of the entries that are there."""
    entries = table.entries if isinstance(table, Table) else {}
    for name, part in fields.items():
        inner = entries[name][1] if name in entries else None
        yield from _of_part(part, inner, (*path, name))


def _of_part(
    part: Mapping[str, Any], node: Node | None, path: tuple[str, ...]
) -> Iterator[tuple[tuple[str, ...], Mapping[str, Any]]]:
    if part["is"] == "field":
        yield path, part
    elif part["is"] == "table":
        yield from _fields(part["fields"], node, path)
    elif part["is"] == "union":
        yield (*path, part["union"]), {"type": {"enum": list(part["variants"])}}
        for fields in (part["common"], *part["variants"].values()):
            yield from _fields(fields, node, path)
    elif part["is"] == "map" and isinstance(node, Table):
        for key, (_, inner) in node.entries.items():
            yield from _of_part(part["values"], inner, (*path, key))


def _take(root: Table, path: Sequence[str], field: Mapping[str, Any], variable: str, text: str) -> None:
    source = Source(f"{MARK}{variable}", text)
    put(root, path, Scalar(source, 0, 0, path[-1], Style.PLAIN), _node(source, field["type"]))


def _node(source: Source, form: Any) -> Node:
    """The text of a variable as a value of a type: a list in brackets, or with commas between its items."""
    text = source.text
    if isinstance(form, Mapping) and "list" in form and not text.lstrip().startswith("["):
        return List(source, 0, len(text), list(_items(source, form["list"])))
    if isinstance(form, Mapping) and ("list" in form or "record" in form):
        from peakguard.syntax.yaml import parse_yaml

        tree, _ = parse_yaml(source)
        return tree if tree is not None else Scalar(source, 0, len(text), text, Style.DOUBLE)
    return _scalar(source, 0, len(text), form)


def _items(source: Source, form: Any) -> Iterator[Node]:
    at = 0
    for piece in source.text.split(",") if source.text.strip() else []:
        stripped = piece.strip()
        start = at + len(piece) - len(piece.lstrip())
        yield _scalar(source, start, start + len(stripped), form)
        at += len(piece) + 1


def _scalar(source: Source, start: int, end: int, form: Any) -> Scalar:
    text = source.text[start:end]
    kind = parts(form)[0] if isinstance(form, str) else parts(form["type"])[0] if "type" in form else "enum"
    if kind in _TEXTS or not text:
        return Scalar(source, start, end, text, Style.PLAIN)
    from peakguard.syntax.yaml_scalar import resolve

    node = Scalar(source, start, end, text, Style.PLAIN)
    node.value, _ = resolve(node)
    return node
