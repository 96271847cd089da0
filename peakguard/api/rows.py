"""Rows for an expression: from JSON or from a data file, with the types of a contract or of their own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from peakguard.diagnostics import codes
from peakguard.expression.scope import Column
from peakguard.expression.types import Type
from peakguard.runtime.errors import PeakguardError
from peakguard.runtime.values import NotAValue, reader


class Rows(NamedTuple):
    """Canonical rows, and the columns that an expression may read of them.

    `unreadable` are the data types of columns that are of no type of ours, `notes` what of a file does not keep its
    contract and is therefore missing or null.
    """

    columns: Mapping[str, Column]
    values: Sequence[Mapping[str, Any]]
    unreadable: Mapping[str, str] = {}
    notes: tuple[str, ...] = ()


def from_object(row: Mapping[str, Any], declared: Mapping[str, Column]) -> Rows:
    """One row of JSON values. What is not declared has the narrowest type that holds it.

    Raises PeakguardError (PG132) for a value that is not of its declared type.
    """
    from peakguard.expression.infer import column_of

    columns = {name: declared.get(name) or column_of(value) for name, value in row.items()}
    columns = {name: _widened(column, row[name]) for name, column in columns.items()}
    missing = {name: column for name, column in declared.items() if name not in row}
    values = {name: canonical(name, row[name], column.type) for name, column in columns.items()}
    return Rows({**missing, **columns}, [values])


def from_file(path: str, contract: str | None, root: str | None, most: int) -> Rows:
    """The first rows of a data file; with a contract under its names and types, but without its promises.

    Without one, narrow integers and floats are read as int64 and float64, which hold them exactly.

    Raises PeakguardError for a file that cannot be read and a contract that does not exist.
    """
    from peakguard.engines.polars.files import source_of
    from peakguard.engines.polars.rows import canonical_rows
    from peakguard.engines.polars.types import to_form, widened
    from peakguard.expression.type_form import column_from_plain

    notes: list[str] = []
    source = source_of(path)
    frame, is_text = widened(source.head(most)), source.is_text
    if contract is not None:
        from peakguard.api.policies import load as load_policies

        frame, notes = load_policies(root).contract(contract).aligned(frame, is_text=is_text)
    forms = {name: to_form(kind) for name, kind in frame.schema.items()}
    columns = {name: column_from_plain(form) for name, form in forms.items() if form is not None}
    wary = {name: column._replace(nullable=True, finite=False) for name, column in columns.items()}
    unreadable = {name: str(frame.schema[name]) for name, form in forms.items() if form is None}
    try:
        values = canonical_rows(frame.select(list(columns)))
    except (OverflowError, ValueError) as error:
        # A date beyond the year 9999, which Python has none of.
        raise PeakguardError(codes.DATA_UNREADABLE, format="data", reason=str(error)) from error
    return Rows(wary, values, unreadable, tuple(notes))


def canonical(name: str, value: Any, type: Type) -> Any:
    """A value as the expression language reads it. Raises PeakguardError (PG132)."""
    if value is None:
        return None
    if type.kind == "list":
        items = value if isinstance(value, Sequence) and not isinstance(value, str) else _misfit(name, value, type)
        return [canonical(name, item, type.element[0].type) for item in items]
    if type.kind == "record":
        fields = value if isinstance(value, Mapping) else _misfit(name, value, type)
        return {key: canonical(f"{name}.{key}", fields.get(key), field.type) for key, field in type.fields}
    try:
        return reader(str(type), frozenset(type.values) if type.kind == "enum" else None)(value)
    except NotAValue as error:
        raise PeakguardError(
            codes.VALUE_MISFIT, name=name, value=repr(value), type=str(type), reason=error.reason
        ) from error


def _misfit(name: str, value: Any, type: Type) -> Any:
    raise PeakguardError(codes.VALUE_MISFIT, name=name, value=repr(value), type=str(type), reason="type")


def _widened(column: Column, value: Any) -> Column:
    """A column that holds what it promises not to hold is no promise here."""
    is_nan = isinstance(value, float) and value - value != 0
    return column._replace(nullable=column.nullable or value is None, finite=column.finite and not is_nan)
