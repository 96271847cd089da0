"""The classes of configurations for type checkers: what `guards.config("app")` gives."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from keyword import iskeyword
from typing import Any

from peakguard.expression.types import Column
from peakguard.kinds.config.model import Config, Map, Node, Renamed, Table, Value, Variants
from peakguard.kinds.config.structure import may_be_missing
from peakguard.language.typed import type_of

MODULE = '''

def config(name, /, *, profile=None):
    """The configuration of a policy, read now and frozen."""
    return policies().config(name).load(profile=profile)


def registry(name, /, *, profile=None):
    """The registry of a config policy: it serves the last good configuration while the program runs."""
    return policies().registry(name, profile=profile)
'''
_HEAD = """
from collections.abc import Iterator
from typing import Generic, TypeVar

from peakguard.kinds.config.registry import Registry
from peakguard.kinds.config.sections import Secret

_T = TypeVar("_T")

class _Entries(Generic[_T]):
    def __getitem__(self, key: str) -> _T: ...
    def __iter__(self) -> Iterator[str]: ...
    def __len__(self) -> int: ...
    def __contains__(self, key: object) -> bool: ...
"""
_PLAIN = {
    "bool": "bool",
    "date": "date",
    "datetime": "datetime",
    "decimal": "Decimal",
    "duration": "timedelta",
    "float64": "float",
    "int64": "int",
    "string": "str",
}


def config_stub(specs: list[Config]) -> str:
    """The part of the stub that is about configurations; empty without any."""
    if not specs:
        return ""
    classes: dict[str, str] = {}
    for spec in specs:
        _class(_camel(spec.name, "Config"), spec.sections, _camel(spec.name), classes)
    mark = "@overload\n" if len(specs) > 1 else ""
    functions = [
        f'{mark}def config(name: Literal["{spec.name}"], /, *, profile: str | None = None) -> '
        f"{_camel(spec.name, 'Config')}: ...\n"
        for spec in specs
    ]
    registry = "def registry(name: str, /, *, profile: str | None = None) -> Registry: ...\n"
    return _HEAD + "".join(classes.values()) + "\n" + "".join(functions) + registry


def _class(name: str, fields: Mapping[str, Node], prefix: str, classes: dict[str, str]) -> str:
    """Declare a class, after those of its inner sections; gives its name."""
    lines = list(_attributes(fields, prefix, classes))
    classes[name] = f"\nclass {name}:\n" + "".join(f"    {line}\n" for line in lines or ["..."])
    return name


def _attributes(fields: Mapping[str, Node], prefix: str, classes: dict[str, str]) -> Iterator[str]:
    for key, node in fields.items():
        if not isinstance(node, Renamed) and key.isidentifier() and not iskeyword(key):
            missing = " | None" if may_be_missing(node) else ""
            yield f"{key}: {_annotation(node, prefix + _camel(key), classes)}{missing}"


def _annotation(node: Node, name: str, classes: dict[str, str]) -> str:
    match node:
        case Value():
            return "Secret" if node.secret is not None else _of_value(node, name, classes)
        case Table():
            return _class(name, node.fields, name, classes)
        case Map():
            return f"_Entries[{_annotation(node.values, f'{name}Entry', classes)}]"
        case Variants():
            return " | ".join(_variant(node, variant, name, classes) for variant in node.variants)
        case _:
            return "object"


def _variant(node: Variants, variant: str, name: str, classes: dict[str, str]) -> str:
    own = name + _camel(variant)
    lines = [f'{node.union}: Literal["{variant}"]']
    lines += _attributes({**node.common, **node.variants[variant]}, own, classes)
    classes[own] = f"\nclass {own}:\n" + "".join(f"    {line}\n" for line in lines)
    return own


def _of_value(value: Value, name: str, classes: dict[str, str]) -> str:
    if value.values is not None:
        return f"Literal[{', '.join(_quoted(each) for each in value.values)}]"
    return _of_type(type_of(value), name, classes)


def _of_type(type: Any, name: str, classes: dict[str, str]) -> str:
    if type.kind == "list":
        return f"tuple[{_of_column(type.element[0], name, classes)}, ...]"
    if type.kind == "record":
        lines = [f"{key}: {_of_column(column, name + _camel(key), classes)}" for key, column in type.fields]
        classes[name] = f"\nclass {name}:\n" + "".join(f"    {line}\n" for line in lines)
        return name
    return f"Literal[{', '.join(map(_quoted, type.values))}]" if type.kind == "enum" else _PLAIN[type.kind]


def _of_column(column: Column, name: str, classes: dict[str, str]) -> str:
    return _of_type(column.type, name, classes) + (" | None" if column.nullable else "")


def _camel(name: str, more: str = "") -> str:
    words = "".join(each if each.isalnum() else " " for each in name).split()
    return "".join(word[:1].upper() + word[1:] for word in words) + more


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
