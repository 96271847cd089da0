"""A contract's `references` name a column that the other contract has, of the same type."""

from collections.abc import Iterator
from typing import Any

from peakguard.diagnostics import codes
from peakguard.diagnostics.diagnostic import Diagnostic, found
from peakguard.diagnostics.span import Span
from peakguard.diagnostics.wording import did_you_mean
from peakguard.language.facts import Facts


def crosscheck(facts: Facts) -> Iterator[Diagnostic]:
    """Findings about every reference whose other contract is declared."""
    for contract in facts.all("contract"):
        for column, other, foreign, place in contract.data["references"]:
            target = facts.get("contract", other)
            if target is not None:
                own_type = contract.data["columns"].get(column)
                yield from _compare(column, own_type, other, foreign, target.data["columns"], Span(*place))


def _compare(
    column: str, own_type: str | None, other: str, foreign: str, columns: dict[str, Any], span: Span
) -> Iterator[Diagnostic]:
    if foreign not in columns:
        known = list(columns)
        suggestion = did_you_mean(foreign, known)
        data = {"contract": other, "column": foreign, "known": ", ".join(known), "suggestion": suggestion}
        yield found(codes.FOREIGN_COLUMN_UNKNOWN, span, **data)
    elif own_type is not None and own_type != columns[foreign]:
        data = {"column": column, "type": own_type, "foreign": f"{other}.{foreign}", "foreign_type": columns[foreign]}
        yield found(codes.FOREIGN_TYPE_DIFFERS, span, **data)
