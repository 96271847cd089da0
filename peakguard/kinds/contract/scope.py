"""The names and types that the expressions of a contract may use."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from peakguard.expression import types
from peakguard.expression.interval import above, below
from peakguard.expression.scope import Scope
from peakguard.kinds.contract.model import Column, Contract
from peakguard.language.typed import type_of

_NUMBERS = ("int64", "float64", "decimal")


def scope_of(spec: Contract, *, is_dataset: bool = False, trusts: bool = True) -> Scope:
    """The columns of a contract as the expression checker sees them.

    With `trusts`, a column that must not be null or NaN is taken at its word, and no guard is spent on
    it. Without, everything may be missing: the form for data that break such a promise.
    """
    columns = {name: _declared(column, trusts=trusts) for name, column in spec.columns.items()}
    return Scope(columns=columns, ordered=True, dataset=is_dataset, whole=not is_dataset)


def _declared(column: Column, *, trusts: bool) -> types.Column:
    type: types.Type = type_of(column)
    return types.Column(
        type=type if trusts else _wary(type),
        nullable=column.nullable or not trusts,
        finite=column.finite and trusts,
        unit=column.unit,
        least=_bound(max, type, column.ge, column.gt, above),
        most=_bound(min, type, column.le, column.lt, below),
    )


def _wary(type: types.Type) -> types.Type:
    """A type whose insides may be null and NaN, whatever they promise."""
    fields = tuple((name, _wary_of(field)) for name, field in type.fields)
    return type._replace(fields=fields, element=tuple(map(_wary_of, type.element)))


def _wary_of(inner: types.Column) -> types.Column:
    return inner._replace(type=_wary(inner.type), nullable=True, finite=False)


def _bound(tightest: Any, type: types.Type, closed: Any, open: Any, step: Callable[[Any, types.Type], Any]) -> Any:
    """The bound that two constraints come to, None where neither stands or the type is no number."""
    if type.kind not in _NUMBERS:
        return None
    number = Decimal if type.kind == "decimal" else float if type.kind == "float64" else int
    found = [] if closed is None else [_exact(number, closed)]
    found += [] if open is None else [step(_exact(number, open), type)]
    return tightest(found) if found else None


def _exact(number: Any, value: float) -> Any:
    """A bound as the column's type; one that no integer column can have stays as it is."""
    if number is Decimal:
        return Decimal(repr(value))
    return value if number is int else number(value)
