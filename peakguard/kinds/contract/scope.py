"""The names and types that the expressions of a contract may use."""

from peakguard.expression.scope import Column, Scope
from peakguard.expression.types import enum, parse_type
from peakguard.kinds.contract.model import Contract


def scope_of(spec: Contract, *, is_dataset: bool = False, trusts: bool = True) -> Scope:
    """The columns of a contract as the expression checker sees them.

    With `trusts`, a column that must not be null or NaN is taken at its word, and no guard is spent on
    it. Without, everything may be missing: the form for data that break such a promise.
    """
    columns = {
        name: Column(
            type=enum(column.values or ()) if column.type == "enum" else parse_type(column.type),
            nullable=column.nullable or not trusts,
            finite=column.finite and trusts,
            unit=column.unit,
        )
        for name, column in spec.columns.items()
    }
    return Scope(columns=columns, ordered=True, dataset=is_dataset)
