"""The values that a row, a step or a configuration may have, as variables."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import z3

from peakguard.api.rule_testing.missing.prover import days
from peakguard.api.rule_testing.missing.prover.cells import (
    Cell,
    Listed,
    Record,
    Untranslatable,
    Value,
    both,
    opposite,
)
from peakguard.api.rule_testing.missing.prover.row import text
from peakguard.expression.limits import MAX_INTEGER, MIN_INTEGER
from peakguard.expression.types import Column, Type

_LONGEST_LIST = 2


class Leaf(NamedTuple):
    """A single value of the data, with its type and the name that z3 knows it by."""

    name: str
    type: Type
    cell: Cell


class Variables:
    """Declares variables. `domain` says what they may be at all; `leaves` are all single values."""

    def __init__(self) -> None:
        self.leaves: list[Leaf] = []
        self.domain: list[Any] = []
        self.odd: list[Any] = []
        """What may be and had better not: nulls, NaNs, infinities, and lists that are short."""

    def of_columns(self, columns: Mapping[str, Column], prefix: str) -> dict[str, Value]:
        """A variable for each column. Types that have none here are left out."""
        found = {}
        for name, column in columns.items():
            try:
                found[name] = self._value(f"{prefix}.{name}", column)
            except Untranslatable:
                continue
        return found

    def _value(self, name: str, column: Column) -> Value:
        null = self._flag(f"{name}?null") if column.nullable else False
        type = column.type
        if type.kind == "record":
            return Record(null, {each: self._value(f"{name}.{each}", inner) for each, inner in type.fields})
        if type.kind == "list":
            items = []
            is_there: Any = True
            for place in range(_LONGEST_LIST):
                is_there = both(is_there, self._flag(f"{name}?{place}", is_odd=False))
                self.odd.append(opposite(is_there))
                items.append((is_there, self._value(f"{name}.{place}", type.element[0])))
            return Listed(null, tuple(items))
        return self._leaf(name, column, null)

    def _leaf(self, name: str, column: Column, null: Any) -> Cell:
        term = self._term(name, column.type)
        cell = Cell(term, null)
        if column.type.kind == "float64" and not column.finite:
            cell = cell._replace(nan=self._flag(f"{name}?nan"), infinite=self._flag(f"{name}?infinite"))
            self.domain.append(z3.Implies(cell.infinite, z3.And(z3.Not(cell.nan), z3.Or(term == 1, term == -1))))
        self.leaves.append(Leaf(name, column.type, cell))
        return cell

    def _term(self, name: str, type: Type) -> Any:
        match type.kind:
            case "bool":
                return z3.Bool(name)
            case "float64":
                return z3.Real(name)
            case "decimal":
                digits = z3.Int(name)
                self.domain.append(z3.And(digits > -(10**type.precision), digits < 10**type.precision))
                return z3.ToReal(digits) / 10**type.scale
            case "int64" | "date" | "datetime" | "duration":
                term = z3.Int(name)
                low, high = _range_of(type)
                self.domain.append(z3.And(term >= low, term <= high))
                return term
            case "string":
                return z3.String(name)
            case "enum":
                return self._choice(name, type)
            case _:
                raise Untranslatable(type.kind)

    def _choice(self, name: str, type: Type) -> Any:
        term = z3.String(name)
        self.domain.append(z3.Or(*(term == text(value) for value in type.values)))
        return term

    def _flag(self, name: str, *, is_odd: bool = True) -> Any:
        flag = z3.Bool(name)
        if is_odd:
            self.odd.append(flag)
        return flag


def _range_of(type: Type) -> tuple[int, int]:
    """The least and the greatest count. Times are kept to the years that people and Python can read."""
    if type.kind == "date":
        return days.FIRST, days.LAST
    if type.kind == "datetime":
        ticks = days.PER_SECOND[type.unit]
        low, high = (day * days.SECONDS * ticks for day in (days.FIRST, days.LAST))
        return max(low, MIN_INTEGER), min(high, MAX_INTEGER)
    return MIN_INTEGER, MAX_INTEGER
