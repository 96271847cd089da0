"""How constants and types are written in Polars."""

from __future__ import annotations

import math
from datetime import date
from decimal import Decimal
from typing import Any

from peakguard.expression.types import Type

NAN = "pl.lit(1e999 - 1e999)"
"""Generated text has no built-ins, so it has no `float('nan')`."""
_PLAIN = {
    "bool": "pl.Boolean",
    "date": "pl.Date",
    "enum": "pl.String",
    "float64": "pl.Float64",
    "int64": "pl.Int64",
    "string": "pl.String",
}


def quote(text: str) -> str:
    """A string literal of Python, in double quotes where that needs no escapes."""
    written = repr(text)
    return f'"{text}"' if written == f"'{text}'" and '"' not in text else written


def data_type(type: Type) -> str:
    """A type of ours as a type of Polars."""
    if type.kind == "decimal":
        return f"pl.Decimal(38, {type.scale})"
    if type.kind == "duration":
        return f'pl.Duration("{type.unit}")'
    if type.kind == "datetime":
        return f'pl.Datetime("{type.unit}", {quote(type.zone)})' if type.zone else f'pl.Datetime("{type.unit}")'
    return _PLAIN[type.kind]


def is_plain(value: Any, type: Type) -> bool:
    """Whether a constant can do without its type: an int, a finite float, a string, a bool."""
    if type.kind == "float64":
        return value is not None and math.isfinite(value)
    return value is not None and type.kind in ("bool", "int64", "string", "enum")


def bare(value: Any) -> str:
    """A constant that stands beside an expression of its own type."""
    if isinstance(value, str):
        return quote(value)
    return number(value) if isinstance(value, float) else repr(value)


def number(value: float) -> str:
    """A float, also one that Python has no literal for."""
    if math.isfinite(value):
        return repr(value)
    return "(1e999 - 1e999)" if math.isnan(value) else "1e999" if value > 0 else "-1e999"


def typed(value: Any, type: Type) -> str:
    """A constant that brings its type along."""
    if isinstance(value, Decimal):
        return f'pl.lit("{value:f}").cast({data_type(type)})'
    if isinstance(value, date):
        return f"pl.date({value.year}, {value.month}, {value.day})"
    if type.kind == "duration" and value is not None:
        return f"pl.lit({value}, pl.Int64).cast({data_type(type)})"
    return f"pl.lit({bare(value)}, {data_type(type)})"
