"""Small values to search with: edges of types, and what the expressions of a policy compare with."""

from __future__ import annotations

from collections.abc import Iterable
from random import Random
from typing import Any

from peakguard.expression.typed import Typed, walk
from peakguard.expression.types import Column, Type

_TEXTS = ("a", "b", "A1")


class Values:
    """Draws values of a type. `constants` are the literals of expressions; near them verdicts change."""

    def __init__(self, roots: Iterable[Typed], seed: int) -> None:
        literals = [node.value for root in roots for node in walk(root) if node.op == "literal"]
        self._numbers = [each for each in literals if isinstance(each, int | float) and not isinstance(each, bool)]
        self._texts = [each for each in literals if isinstance(each, str)]
        self._random = Random(seed)  # noqa: S311 # a search, no secret

    def of_column(self, column: Column, *, rise: int = 0) -> Any:
        """A value as a step or a configuration has it; None where it is missing. Times rise with `rise`."""
        if column.nullable and self._random.random() < 0.15:
            return None
        if not column.finite and column.type.kind == "float64" and self._random.random() < 0.15:
            return self._random.choice([float("nan"), float("inf")])
        return self._of_type(column.type, rise)

    def chance(self, share: float) -> bool:
        """True for so many of the draws."""
        return self._random.random() < share

    def pick(self, choices: Any) -> Any:
        """One of some."""
        return self._random.choice(list(choices))

    def number(self) -> float:
        """Zero, one, a few more, and numbers at and next to the constants."""
        near = [each + shift for each in self._numbers for shift in (-1, 0, 1)] + [each / 2 for each in self._numbers]
        return float(self._random.choice([0, 1, 1, 2, 10, 100, -1, 0.5, *near]))

    def _of_type(self, type: Type, rise: int) -> Any:
        match type.kind:
            case "float64":
                return self.number()
            case "int64":
                return int(self.number())
            case "bool":
                return self._random.random() < 0.5
            case "enum":
                return self._random.choice(type.values)
            case "string":
                return self._random.choice([*self._texts, *_TEXTS])
            case "list":
                count = self._random.choice([0, 1, 2, 2])
                return [self._of_type(type.element[0].type, rise) for _ in range(count)]
            case "record":
                return {name: self._of_type(field.type, rise) for name, field in type.fields}
            case "datetime":
                day = 1 + max(0, rise + self._random.choice([0, 0, 0, 0, -1, 1]))
                return f"2026-01-{day:02}T00:00:00" + ("Z" if type.zone else "")
            case "date":
                return f"2026-01-{1 + max(0, rise + self._random.choice([0, 0, 0, -1, 1])):02}"
            case _:
                return None
