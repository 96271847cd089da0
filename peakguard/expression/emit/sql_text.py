"""How constants, types and nested operations are written in SQL. Only here and in its neighbours is sqlglot loaded.

How DuckDB is expected to hold each type, and how a value of that type is counted in the text that we write:

| ours            | column                              | in expressions                            |
|-----------------|-------------------------------------|-------------------------------------------|
| bool            | BOOLEAN                             | as stored                                 |
| int64           | BIGINT                              | as stored                                 |
| float64         | DOUBLE                              | as stored                                 |
| decimal(p,s)    | DECIMAL(p,s)                        | as stored                                 |
| string          | VARCHAR                             | as stored                                 |
| binary          | BLOB                                | as stored                                 |
| enum            | VARCHAR or ENUM                     | VARCHAR                                   |
| date            | DATE                                | as stored                                 |
| datetime[ms]    | TIMESTAMP_MS or TIMESTAMP           | BIGINT, milliseconds on the wall clock    |
| datetime[us]    | TIMESTAMP                           | BIGINT, microseconds on the wall clock    |
| datetime[ns]    | TIMESTAMP_NS                        | BIGINT, nanoseconds on the wall clock     |
| datetime[ms, Z] | TIMESTAMPTZ                         | BIGINT, milliseconds since 1970 in UTC    |
| datetime[us, Z] | TIMESTAMPTZ                         | BIGINT, microseconds since 1970 in UTC    |
| datetime[ns, Z] | TIMESTAMPTZ_NS, or TIMESTAMP_NS in UTC | BIGINT, nanoseconds since 1970 in UTC  |
| duration[unit]  | BIGINT, a count of its unit         | as stored                                 |

A duration is no INTERVAL: that counts months, days and microseconds apart, and knows no nanoseconds.
An infinite TIMESTAMP is null, for it is no point in time.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from sqlglot import exp

from peakguard.expression.types import MAX_PRECISION, Type

_PLAIN = {
    "binary": "BLOB",
    "bool": "BOOLEAN",
    "date": "DATE",
    "datetime": "BIGINT",
    "duration": "BIGINT",
    "enum": "VARCHAR",
    "float64": "DOUBLE",
    "int64": "BIGINT",
    "string": "VARCHAR",
}


def data_type(type: Type) -> exp.DataType:
    """The type that a value of ours has inside an expression."""
    if type.kind == "decimal":
        return decimal_type(type.precision, type.scale)
    return exp.DataType.build(_PLAIN[type.kind])


def decimal_type(precision: int, scale: int) -> exp.DataType:
    """DECIMAL(precision, scale)."""
    return exp.DataType.build(f"DECIMAL({precision}, {scale})")


def cast(written: exp.Expr, to: exp.DataType | str) -> exp.Expr:
    """`CAST(written AS to)`, for conversions that cannot fail."""
    return exp.Cast(this=written, to=exp.DataType.build(to))


def narrow(written: exp.Expr) -> exp.Expr:
    """A wide integer or float as an int64, null where it is none."""
    return exp.TryCast(this=written, to=exp.DataType.build("BIGINT"))


def string(value: str) -> exp.Expr:
    """A string literal. The parsers of SQL end at NUL, so that one is built."""
    pieces = [exp.Literal.string(each) for each in value.split("\0")]
    written: exp.Expr = pieces[0]
    for piece in pieces[1:]:
        zero = exp.Chr(expressions=[exp.Literal.number(0)])
        written = exp.DPipe(this=exp.DPipe(this=written, expression=zero), expression=piece)
    return exp.Paren(this=written) if len(pieces) > 1 else written


def number(value: float) -> exp.Expr:
    """A number that stands beside an expression of its own type."""
    if not math.isfinite(value):
        return cast(
            exp.Literal.string("NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"), "DOUBLE"
        )
    return exp.Literal.number(repr(value))


def bare(value: Any, type: Type) -> exp.Expr:
    """A constant that stands beside an expression of its own type."""
    if value is None:
        return cast(exp.null(), data_type(type))
    if isinstance(value, bool):
        return exp.Boolean(this=value)
    if isinstance(value, str):
        return string(value)
    if isinstance(value, Decimal):
        return _decimal(value, type)
    if isinstance(value, date):
        return cast(exp.Literal.string(value.isoformat()), "DATE")
    return number(value)


def typed(value: Any, type: Type) -> exp.Expr:
    """A constant that brings its type along."""
    written = bare(value, type)
    if type.kind in ("int64", "float64", "datetime", "duration", "decimal") and not isinstance(written, exp.Cast):
        return cast(written, data_type(type))
    return written


def _decimal(value: Decimal, type: Type) -> exp.Expr:
    digits = f"{value:f}"
    if type.scale == MAX_PRECISION:
        # DuckDB counts the digit before the point, and there would be one too many.
        return cast(exp.Literal.string(digits), data_type(type))
    whole, _, places = digits.partition(".")
    return exp.Literal.number(f"{whole}.{places.rstrip('0') or 0}" if type.scale else whole)


NAN = number(math.nan)

_LEVELS: list[tuple[type[exp.Expr] | tuple[type[exp.Expr], ...], int]] = [
    (exp.Or, 1),
    (exp.And, 2),
    (exp.Not, 3),
    ((exp.EQ, exp.NEQ, exp.LT, exp.LTE, exp.GT, exp.GTE, exp.Is, exp.In, exp.Between), 4),
    ((exp.Add, exp.Sub, exp.DPipe), 5),
    ((exp.Mul, exp.Div, exp.IntDiv, exp.Mod), 6),
    ((exp.Neg, exp.AtTimeZone), 7),
]
_CLOSED = 9
_Binary = type[exp.Binary]


def level(written: exp.Expr) -> int:
    """How tightly the outermost operation of a text binds."""
    if isinstance(written, exp.Literal) and not written.is_string and str(written.this).startswith("-"):
        return 7
    return next((number for types, number in _LEVELS if isinstance(written, types)), _CLOSED)


def closed(written: exp.Expr, least: int = _CLOSED) -> exp.Expr:
    """The text, in parentheses if it binds more loosely than its place asks for. A copy: a tree has one parent."""
    copied = written.copy()
    return copied if level(written) >= least else exp.Paren(this=copied)


def binary(operation: _Binary, left: exp.Expr, right: exp.Expr) -> exp.Expr:
    """An operation of two operands. Comparisons do not chain, and `a - (b - c)` keeps its parentheses."""
    own = next(number for types, number in _LEVELS if issubclass(operation, types))
    is_chain = operation in (exp.Add, exp.Sub, exp.Mul)
    return operation(this=closed(left, own if is_chain else own + 1), expression=closed(right, own + 1))


def all_of(conditions: Sequence[exp.Expr], operation: _Binary = exp.And) -> exp.Expr:
    """Conditions joined by AND, or by OR."""
    own = 2 if operation is exp.And else 1
    joined = closed(conditions[0], own + 1)
    for each in conditions[1:]:
        joined = operation(this=joined, expression=closed(each, own + 1))
    return joined


def negated(condition: exp.Expr) -> exp.Expr:
    """NOT condition."""
    return exp.Not(this=closed(condition, 7))


def is_null(written: exp.Expr) -> exp.Expr:
    """written IS NULL."""
    return exp.Is(this=closed(written, 5), expression=exp.null())


def is_known(written: exp.Expr) -> exp.Expr:
    """written IS NOT NULL."""
    return exp.Is(this=closed(written, 5), expression=exp.Not(this=exp.null()))


def is_nan(written: exp.Expr) -> exp.Expr:
    """ISNAN(written)."""
    return exp.IsNan(this=written.copy())


def case(*branches: tuple[exp.Expr, exp.Expr], otherwise: exp.Expr | None = None) -> exp.Expr:
    """CASE WHEN … THEN … END."""
    ifs = [exp.If(this=condition.copy(), true=result.copy()) for condition, result in branches]
    return exp.Case(ifs=ifs, default=otherwise.copy() if otherwise is not None else None)


def call(function: str, *args: exp.Expr) -> exp.Expr:
    """A function that every dialect writes alike, or that DuckDB alone has."""
    return exp.Anonymous(this=function, expressions=[each.copy() for each in args])
