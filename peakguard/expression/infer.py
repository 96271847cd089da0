"""Types for values that come without a contract, as in `peakguard eval --row '{"high": 9.5}'`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import reduce
from typing import Any

from peakguard.expression import types
from peakguard.expression.types import Column


def column_of(value: Any) -> Column:
    """The narrowest column that holds a value of JSON: null may be any type, so it is taken for a float64."""
    if value is None:
        return Column(types.FLOAT64, nullable=True)
    if isinstance(value, Mapping):
        return Column(types.record({str(name): column_of(field) for name, field in value.items()}))
    if isinstance(value, Sequence) and not isinstance(value, str):
        return Column(types.list_of(_joined(map(column_of, value))))
    if isinstance(value, bool):
        return Column(types.BOOL)
    if isinstance(value, int):
        return Column(types.INT64)
    if isinstance(value, float):
        return Column(types.FLOAT64, finite=value - value == 0)
    return Column(types.STRING)


def _joined(columns: Iterable[Column]) -> Column:
    """One column for all elements of a list; an empty list holds nothing that says what it is."""
    found = list(columns)
    return reduce(_join, found) if found else Column(types.FLOAT64, nullable=True)


def _join(left: Column, right: Column) -> Column:
    nullable, finite = left.nullable or right.nullable, left.finite and right.finite
    if left == Column(types.FLOAT64, nullable=True):
        return right._replace(nullable=True)
    if right == Column(types.FLOAT64, nullable=True):
        return left._replace(nullable=True)
    if left.type.kind == right.type.kind == "record":
        return Column(_join_records(left.type, right.type), nullable)
    if {left.type.kind, right.type.kind} == {"int64", "float64"}:
        return Column(types.FLOAT64, nullable, finite)
    # What does not fit shows where the value is read.
    return left._replace(nullable=nullable, finite=finite)


def _join_records(left: types.Type, right: types.Type) -> types.Type:
    """The fields of either; one that not every record has may be null."""
    mine, other = dict(left.fields), dict(right.fields)
    return types.record(
        {
            name: _join(mine[name], other[name])
            if name in mine and name in other
            else (mine.get(name) or other[name])._replace(nullable=True)
            for name in {**mine, **other}
        }
    )
