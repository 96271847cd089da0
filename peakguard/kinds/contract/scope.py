"""The names and types that the expressions of a contract may use."""

from peakguard.expression.scope import Column, Scope
from peakguard.expression.types import enum, parse_type
from peakguard.kinds.contract.model import Contract


def scope_of(spec: Contract, *, is_dataset: bool = False) -> Scope:
    """The columns of a contract as the expression checker sees them.

    A column that must not be null or NaN is taken at its word: rows that break that promise are
    found by the constraint that states it.
    """
    columns = {
        name: Column(
            type=enum(column.values or ()) if column.type == "enum" else parse_type(column.type),
            nullable=column.nullable,
            finite=column.finite,
            unit=column.unit,
        )
        for name, column in spec.columns.items()
    }
    return Scope(columns=columns, ordered=True, dataset=is_dataset)
