"""A contract's `references` name columns that the other contract has, of the same types, and that identify a row."""

from collections.abc import Iterator, Mapping
from typing import Any

from peakguard.diagnostics import codes
from peakguard.diagnostics.diagnostic import Diagnostic, found
from peakguard.diagnostics.span import Span
from peakguard.diagnostics.wording import did_you_mean
from peakguard.language.facts import Facts


def crosscheck(facts: Facts) -> Iterator[Diagnostic]:
    """Findings about every reference whose other contract is declared."""
    for contract in facts.all("contract"):
        for reference in contract.data.get("references", ()):
            target = facts.get("contract", reference["contract"])
            # Of a contract that extends one that cannot be read, nobody knows the columns.
            if target is None or "columns" not in target.data:
                continue
            for column, foreign, place in reference["pairs"]:
                own_type = contract.data["columns"].get(column)
                yield from _compare(column, own_type, target.name, foreign, target.data["columns"], Span(*place))
            yield from _identify(reference, target.name, target.data)


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


def _identify(reference: Mapping[str, Any], other: str, data: Mapping[str, Any]) -> Iterator[Diagnostic]:
    """What is referred to should be one row; columns that do not exist are findings of their own."""
    foreign = [theirs for _, theirs, _ in reference["pairs"]]
    is_one_row = (data["key"] and set(data["key"]) <= set(foreign)) or any(name in data["unique"] for name in foreign)
    if not is_one_row and all(name in data["columns"] for name in foreign):
        span = Span(*reference["pairs"][0][2])
        key = ", ".join(data["key"]) or "it has none"
        yield found(codes.FOREIGN_COLUMN_NOT_UNIQUE, span, contract=other, columns=", ".join(foreign), key=key)
