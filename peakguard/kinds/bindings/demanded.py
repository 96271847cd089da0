"""What a binding asks of single values, as a flat list of demands in the expression language."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from peakguard.expression.scope import Scope
from peakguard.kinds.bindings.model import Binding, Demand, Value
from peakguard.kinds.bindings.scope import RESULT, after, alone, before
from peakguard.language.constraints import CONSTRAINTS, applies, head
from peakguard.syntax.node import Path

ITEM = "item"


class Asked(NamedTuple):
    """One demand: its id, its text, where it is written in the binding, and what it may read."""

    id: str
    text: str
    path: Path
    scope: Scope
    demand: Demand


def of_values(binding: Binding) -> Iterator[tuple[str, str, Value, Path]]:
    """Everything with a type or contract: which part of the call, its name there, and where it is written."""
    for name, value in binding.arguments.items():
        yield "arguments", name, value, ("arguments", name)
    if binding.returns is not None:
        yield "returns", RESULT, binding.returns, ("returns",)
    if binding.yields is not None:
        yield "yields", ITEM, binding.yields, ("yields",)


def bounds(part: str, name: str, value: Value, path: Path) -> Iterator[Asked]:
    """The demands that the bounds of a value are short for."""
    prefix = f"{part}.{name}" if part == "arguments" else part
    for key, constraint in CONSTRAINTS.items():
        bound = getattr(value, key)
        if bound is not None and applies(constraint, value.shape):
            # That it is missing is the business of `nullable` alone.
            demand = Demand.model_construct(expr="", on_null="pass", error=value.error, message=None)
            yield Asked(
                f"{prefix}.{key}",
                constraint.text(name, bound, head(value.shape)),
                (*path, key),
                alone(name, value),
                demand,
            )


def demands(binding: Binding) -> Iterator[Asked]:
    """`require` and `ensure`, in the order they are written."""
    for part, named, scope in (
        ("require", binding.require, before(binding)),
        ("ensure", binding.ensure, after(binding)),
    ):
        for name, demand in named.items():
            yield Asked(f"{part}.{name}", demand.expr, (part, name, "expr"), scope, demand)
