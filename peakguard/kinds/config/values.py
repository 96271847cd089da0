"""One value of a configuration against its field: read exactly, or told what is wrong with it and where."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any, Final

from peakguard.diagnostics import codes
from peakguard.diagnostics.diagnostic import Diagnostic, found
from peakguard.diagnostics.wording import did_you_mean
from peakguard.runtime.lengths import LENGTH, nanoseconds
from peakguard.runtime.scalar import load_scalar
from peakguard.runtime.values import NotAValue, parts, reader
from peakguard.syntax.node import Mapping as Table
from peakguard.syntax.node import Node, Scalar, Sequence
from peakguard.syntax.parse import describe

Report = Callable[[Diagnostic], object]
BROKEN: Final = object()
"""Stands for a value that could not be read; whatever reads it is left out."""
HIDDEN = "a value that is not shown"
_EXPECTED = {
    "bool": "true or false",
    "date": "a day such as 2026-01-31",
    "datetime": "a time such as 2026-01-31T09:30:00Z",
    "decimal": "a decimal number",
    "duration": "a length of time such as 30s",
    "float64": "a number",
    "int64": "a whole number",
    "list": "a list",
    "record": "a table",
    "string": "text",
}
_BOUNDS = {"gt": "more than {}", "ge": "at least {}", "lt": "less than {}", "le": "at most {}"}
_LENGTHS = {"min_length": "at least {} characters long", "max_length": "at most {} characters long"}
_OTHERS = {
    **_BOUNDS,
    **_LENGTHS,
    "matches": "a text that matches {} as a whole",
    "not_in": "none of {}",
    "starts_with": "a text that begins with {}",
    "ends_with": "a text that ends with {}",
    "contains": "a text that holds {}",
    "multiple_of": "a multiple of {}",
}
_PER_ONE = {"fraction": 1, "percent": 100, "bps": 10_000}
_SHARE = {"fraction": "a fraction", "percent": "percent", "bps": "basis points"}
_UNITS_NS = {"ns": 1, "us": 10**3, "ms": 10**6}
_NUMBER = re.compile(r"[-+]?[0-9]+(\.[0-9]+)?([eE][-+]?[0-9]+)?", re.ASCII)


def read_value(node: Node, plan: Mapping[str, Any], field: str, report: Report) -> Any:
    """The canonical value, or BROKEN after at least one report."""
    is_secret = plan.get("secret", False)
    if isinstance(node, Scalar) and node.value is None and plan["nullable"]:
        return None
    value = _read(node, plan["type"], plan["finite"], field, report, is_secret)
    if value is BROKEN:
        return BROKEN
    if plan["values"] is not None and value not in plan["values"]:
        report(_no_option(node, value, plan["values"], field, is_secret))
        return BROKEN
    broken = False
    for bound in plan["bounds"]:
        if load_scalar(bound["text"])(value) is not True:
            report(_out_of_bounds(node, value, bound, plan, field))
            broken = True
    return BROKEN if broken else value


def _read(node: Node, form: Any, finite: bool, field: str, report: Report, is_secret: bool) -> Any:
    if isinstance(form, Mapping):
        if "enum" in form:
            return _read_option(node, form["enum"], field, report, is_secret)
        if "list" in form:
            return _read_list(node, form["list"], field, report, is_secret)
        if "record" in form:
            return _read_record(node, form["record"], field, report, is_secret)
        if form.get("nullable") and isinstance(node, Scalar) and node.value is None:
            return None
        return _read(node, form["type"], form.get("finite", True), field, report, is_secret)
    kind = parts(form)[0]
    if not isinstance(node, Scalar) or node.value is None:
        report(_wrong_type(node, kind, field, is_secret))
        return BROKEN
    try:
        value = reader(form)(_prepared(node, form, kind))
    except NotAValue:
        report(_wrong_type(node, kind, field, is_secret))
        return BROKEN
    if kind == "float64" and finite and not math.isfinite(value):
        report(_wrong_type(node, kind, field, is_secret))
        return BROKEN
    return value


def _prepared(node: Scalar, form: str, kind: str) -> Any:
    """What the reader of the type takes: lengths of time as counts, decimals digit by digit as they are written."""
    value = node.value
    if kind == "duration" and not isinstance(value, timedelta):
        if not isinstance(value, str) or LENGTH.fullmatch(value) is None:
            raise NotAValue(value, form, "form")
        count, rest = divmod(nanoseconds(value), _UNITS_NS[parts(form)[1] or "us"])
        if rest:
            raise NotAValue(value, form, "inexact")
        return count
    if kind == "datetime" and isinstance(value, int | float):
        raise NotAValue(value, form, "type")
    if kind == "decimal" and isinstance(value, float):
        written = node.source.text[node.start : node.end].replace("_", "")
        return Decimal(written) if _NUMBER.fullmatch(written) else value
    return value


def _read_option(node: Node, options: list[str], field: str, report: Report, is_secret: bool) -> Any:
    if not isinstance(node, Scalar) or not isinstance(node.value, str):
        report(_wrong_type(node, "string", field, is_secret))
        return BROKEN
    if node.value not in options:
        report(_no_option(node, node.value, options, field, is_secret))
        return BROKEN
    return node.value


def _read_list(node: Node, form: Any, field: str, report: Report, is_secret: bool) -> Any:
    if not isinstance(node, Sequence):
        report(_wrong_type(node, "list", field, is_secret))
        return BROKEN
    items = [_read(item, form, True, f"{field}[{index}]", report, is_secret) for index, item in enumerate(node.items)]
    return BROKEN if any(item is BROKEN for item in items) else items


def _read_record(node: Node, fields: Mapping[str, Any], field: str, report: Report, is_secret: bool) -> Any:
    if not isinstance(node, Table):
        report(_wrong_type(node, "record", field, is_secret))
        return BROKEN
    for key, (at, _) in node.entries.items():
        if key not in fields:
            known = [name for name in fields if name not in node.entries]
            data = {"section": f"`{field}`", "known": ", ".join(fields), "suggestion": did_you_mean(key, known)}
            report(found(codes.CONFIG_KEY_UNKNOWN, at.span, key=key, **data))
    values = {name: _of_record(node, name, form, field, report, is_secret) for name, form in fields.items()}
    return BROKEN if any(value is BROKEN for value in values.values()) else values


def _of_record(node: Table, name: str, form: Any, field: str, report: Report, is_secret: bool) -> Any:
    if name in node.entries:
        return _read(node.entries[name][1], form, True, f"{field}.{name}", report, is_secret)
    if isinstance(form, Mapping) and form.get("nullable"):
        return None
    start = node.source.span(node.start, node.start + 1)
    report(found(codes.CONFIG_KEY_MISSING, start, key=name, section=f"`{field}`", reason="", says=""))
    return BROKEN


def shown(node: Node, *, is_secret: bool = False) -> str:
    """A value in words; never that of a secret."""
    return HIDDEN if is_secret and isinstance(node, Scalar) and node.value is not None else describe(node)


def expected(form: Any) -> str:
    """What a field takes, in words."""
    if isinstance(form, Mapping):
        if "enum" in form:
            return "one of " + ", ".join(form["enum"])
        return _EXPECTED["list" if "list" in form else "record"] if "type" not in form else expected(form["type"])
    return _EXPECTED[parts(form)[0]]


def _wrong_type(node: Node, kind: str, field: str, is_secret: bool) -> Diagnostic:
    fix = "" if is_secret else _fix_of_type(node, kind)
    data = {"field": field, "found": shown(node, is_secret=is_secret), "expected": _EXPECTED[kind], "fix": fix}
    return found(codes.CONFIG_TYPE, node.span, **data)


def _fix_of_type(node: Node, kind: str) -> str:
    value = node.value if isinstance(node, Scalar) else None
    is_quoted = isinstance(value, str) and node.source.text[node.start : node.start + 1] in ("'", '"')
    if is_quoted and kind in ("int64", "float64") and _NUMBER.fullmatch(str(value)):
        return "Take the quotes off. "
    if kind == "bool" and isinstance(value, str) and value.lower() in ("true", "yes", "on", "false", "no", "off"):
        return f"Write {'true' if value.lower() in ('true', 'yes', 'on') else 'false'}, without quotes. "
    if kind == "list" and isinstance(node, Scalar):
        return "Put it in brackets. "
    if kind == "string" and isinstance(node, Scalar) and value is not None:
        return "Put it in quotes. "
    if kind == "duration" and isinstance(value, int | float) and not isinstance(value, bool):
        return f"Say its unit, as in {value}s. "
    return ""


def _no_option(node: Node, value: Any, options: list[str], field: str, is_secret: bool) -> Diagnostic:
    suggestion = "" if is_secret else did_you_mean(str(value), options)
    said = shown(node, is_secret=is_secret)
    return found(
        codes.CONFIG_OPTION, node.span, field=field, found=said, allowed=", ".join(options), suggestion=suggestion
    )


def _out_of_bounds(node: Node, value: Any, bound: Mapping[str, Any], plan: Mapping[str, Any], field: str) -> Diagnostic:
    fix = "".join(_other_shares(value, plan))
    said = shown(node, is_secret=plan.get("secret", False))
    return found(codes.CONFIG_BOUND, node.span, field=field, found=said, bound=bound_in_words(bound), fix=fix)


def bound_in_words(bound: Mapping[str, Any]) -> str:
    """What a bound of a compiled field asks, as findings say it."""
    stated = bound["bound"]
    return _OTHERS[bound["key"]].format(", ".join(map(str, stated)) if isinstance(stated, list | tuple) else stated)


def _other_shares(value: Any, plan: Mapping[str, Any]) -> Iterator[str]:
    """A number that would fit if it were meant in another unit of shares: the fault that costs most."""
    unit = plan["unit"] or ""
    if unit not in _PER_ONE or isinstance(value, bool) or not isinstance(value, int | float) or not value:
        return
    for other, per_one in _PER_ONE.items():
        # Through text, so that 2.5 % is 0.025 and not 0.025000000000000001.
        meant = float(f"{value * _PER_ONE[unit] / per_one:.12g}")
        if other != unit and all(load_scalar(each["text"])(meant) is True for each in plan["bounds"]):
            mark = {"percent": f"{value:g} %", "bps": f"{value:g} bps", "fraction": f"the fraction {value:g}"}[other]
            yield f"Was {mark} meant? In {_SHARE[unit]} that is {meant:g}. ".replace("In a fraction", "As a fraction")
            return
