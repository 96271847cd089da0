"""Python's objects as values of a declared type: what bounds and demands are asked of."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

from peakguard.runtime.values import NotAValue, reader

Read = Callable[[Any], Any]


def value_reader(plan: Mapping[str, Any]) -> Read:
    """A function from an object to its canonical value, which raises NotAValue for what is none.

    `None` is a value where the plan is `nullable`; NaN and the infinities are where it is not `finite`.
    """
    read = _of_form(plan["type"], finite=plan["finite"])
    if plan["nullable"]:
        return lambda value: None if value is None else read(value)
    return lambda value: _refuse(value, plan["type"], "null") if value is None else read(value)


def _of_form(form: str | Mapping[str, Any], *, finite: bool = True) -> Read:
    if isinstance(form, str):
        read: Read = reader(form)
        return _finite(read) if form == "float64" and finite else read
    if "enum" in form:
        return reader("enum", frozenset(form["enum"]))
    if "list" in form:
        return _list(_column(form["list"]))
    if "record" in form:
        return _record({name: _column(inner) for name, inner in form["record"].items()})
    return _of_form(form["type"], finite=form.get("finite", True))


def _column(form: str | Mapping[str, Any]) -> Read:
    if isinstance(form, str):
        return _present(_of_form(form))
    if not any(key in form for key in ("type", "enum", "list", "record")):
        return _present(_record({name: _column(inner) for name, inner in form.items()}))
    read = _of_form(form)
    if form.get("nullable"):
        return lambda value: None if value is None else read(value)
    return _present(read)


def _present(read: Read) -> Read:
    return lambda value: _refuse(value, "value", "null") if value is None else read(value)


def _finite(read: Read) -> Read:
    def finite(value: Any) -> Any:
        number = read(value)
        return number if math.isfinite(number) else _refuse(value, "finite float64", "range")

    return finite


def _list(read: Read) -> Read:
    def elements(value: Any) -> Any:
        if isinstance(value, str | bytes | Mapping) or not hasattr(value, "__iter__"):
            _refuse(value, "list", "type")
        return [read(each) for each in value]

    return elements


def _record(fields: Mapping[str, Read]) -> Read:
    def record(value: Any) -> Any:
        if isinstance(value, Mapping):
            return {name: read(value.get(name)) for name, read in fields.items()}
        return {name: read(getattr(value, name, None)) for name, read in fields.items()}

    return record


def _refuse(value: Any, type: Any, reason: Any) -> Any:
    raise NotAValue(value, str(type), reason)
