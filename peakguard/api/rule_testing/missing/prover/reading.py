"""What a model says that values are, in the canonical form of `runtime.values`."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import z3

from peakguard.api.rule_testing.missing.prover import days
from peakguard.api.rule_testing.missing.prover.cells import Listed, Record, Value
from peakguard.expression.types import Type


def read(model: Any, value: Value, type: Type) -> Any:
    """The value, None where it is missing."""
    if _holds(model, value.null):
        return None
    if isinstance(value, Record):
        fields = dict(type.fields)
        return {name: read(model, each, fields[name].type) for name, each in value.fields.items()}
    if isinstance(value, Listed):
        return list(_items(model, value, type))
    if _holds(model, value.nan):
        return float("nan")
    term = model.eval(value.term, model_completion=True)
    if _holds(model, value.infinite):
        return float("-inf") if z3.is_true(model.eval(term < 0, model_completion=True)) else float("inf")
    return _plain(term, type)


def _items(model: Any, value: Listed, type: Type) -> Iterator[Any]:
    for is_there, item in value.items:
        if _holds(model, is_there):
            yield read(model, item, type.element[0].type)


def _holds(model: Any, flag: Any) -> bool:
    return flag if isinstance(flag, bool) else z3.is_true(model.eval(flag, model_completion=True))


def _plain(term: Any, type: Type) -> Any:
    match type.kind:
        case "bool":
            return z3.is_true(term)
        case "string" | "enum":
            return term.as_string()
        case "float64":
            if not z3.is_rational_value(term):
                term = term.approx(20)  # the root of a polynomial
            return term.as_fraction().numerator / term.as_fraction().denominator
        case "decimal":
            return Decimal(term.numerator_as_long()) / Decimal(term.denominator_as_long())
        case "date":
            return days.day_of(term.as_long())
        case _:
            return term.as_long()
