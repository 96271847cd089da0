"""Types in the form in which policies and compiled artefacts carry them: text, or a table where text does not do.

`float64` | `{type: float64, nullable: true, unit: usd}` | `{enum: [buy, sell]}` | `{list: {symbol: string, …}}`
for a list of records | `{list: string}` | `{record: {…}}`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

from peakguard.expression import types
from peakguard.expression.types import Column, Type

Form: TypeAlias = "str | Mapping[str, Any]"
_OPTIONS = ("nullable", "finite", "unit")
_KEYS = frozenset({"type", "enum", "record", "list", *_OPTIONS})


def plain(type: Type) -> str | dict[str, Any]:
    """The JSON form of a type."""
    if type.kind == "enum":
        return {"enum": list(type.values)}
    if type.kind == "record":
        return {"record": {name: plain_column(field) for name, field in type.fields}}
    if type.kind == "list":
        return {"list": plain_column(type.element[0])}
    return str(type)


def plain_column(column: Column) -> str | dict[str, Any]:
    """The JSON form of a column: that of its type, with what it says beyond it."""
    form = plain(column.type)
    default = Column(column.type)
    options = {key: getattr(column, key) for key in _OPTIONS if getattr(column, key) != getattr(default, key)}
    if not options:
        return form
    return {**(form if isinstance(form, dict) else {"type": form}), **options}


def from_plain(form: Form) -> Type:
    """The type whose JSON form is given; raises TypeFault for a text that is none."""
    return column_from_plain(form).type


def column_from_plain(form: Form) -> Column:
    """The column whose JSON form is given; raises TypeFault for a text that is no type."""
    if isinstance(form, str):
        return Column(types.parse_type(form, loose=True))
    options = {key: form[key] for key in _OPTIONS if key in form}
    return Column(_type_of(form), **options)


def _type_of(form: Mapping[str, Any]) -> Type:
    if "enum" in form:
        return types.enum(tuple(form["enum"]))
    if "record" in form:
        return _record(form["record"])
    if "list" in form:
        inner = form["list"]
        # `list: {symbol: string}` is short for a list of records, unless all fields are named like keys of a form.
        is_form = isinstance(inner, str) or _KEYS.issuperset(inner)
        return types.list_of(column_from_plain(inner) if is_form else Column(_record(inner)))
    return types.parse_type(form["type"], loose=True)


def _record(fields: Mapping[str, Form]) -> Type:
    return types.record({name: column_from_plain(field) for name, field in fields.items()})
