"""One expression over rows on every back end, side by side."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from peakguard.expression.backends import texts
from peakguard.expression.scope import Column, Scope
from peakguard.expression.typed import TypedExpression

if TYPE_CHECKING:
    from peakguard.expression.fault import Fault

TABLE = "rows"
"""The name of the table in SQL."""


class Result(NamedTuple):
    """What one back end makes of an expression: a value for each row, or for each group of a dataset rule.

    `text` is what ran; values are canonical, None where the back end cannot hold the rows. Without a text it has no
    form of the expression.
    """

    backend: str
    text: str | None
    values: Sequence[Any] | None


class Evaluation(NamedTuple):
    """All back ends; `differing` are the positions at which one of them differs from the reference."""

    typed: TypedExpression
    results: tuple[Result, ...]
    differing: tuple[int, ...]


def compile_any(text: str, scope: Scope) -> tuple[TypedExpression | None, Sequence[Fault]]:
    """An expression of whatever type, with the findings about it; None where an error is among them."""
    from peakguard.expression.check import check
    from peakguard.expression.grammar import parse

    node, faults = parse(text)
    return (None, faults) if node is None else check(node, scope, want=None)


def evaluate(
    typed: TypedExpression,
    columns: Mapping[str, Column],
    rows: Sequence[Mapping[str, Any]],
    *,
    is_dataset: bool = False,
    within: Sequence[str] = (),
) -> Evaluation:
    """The value of an expression for canonical rows, on every back end; ordered functions take them in order.

    Raises PeakguardError (PG2004) where polars, sqlglot or duckdb is not installed.
    """
    from peakguard.api.backend_runs import Table

    table = Table.of(typed, columns, rows, within, is_dataset=is_dataset)
    form = texts(typed, relation=TABLE, is_dataset=is_dataset, within=within, order=[table.position])
    runs = {"python": table.in_python, "polars": table.in_polars, "sql": table.in_sql}
    reference = Result("reference", None, table.by_reference())
    others = [Result(name, text, runs[name](text) if text is not None else ()) for name, text in form.items()]
    return Evaluation(typed, (reference, *others), tuple(_differing(typed, reference, others)))


def _differing(typed: TypedExpression, reference: Result, others: Sequence[Result]) -> Iterator[int]:
    tolerance = 1e-9 if typed.root.computed else 0.0
    for position, ours in enumerate(reference.values or ()):
        theirs = [each.values[position] for each in others if each.text is not None and each.values is not None]
        if not all(_same(ours, each, tolerance) for each in theirs):
            yield position


def _same(ours: Any, theirs: Any, tolerance: float) -> bool:
    if isinstance(ours, float) and isinstance(theirs, float):
        if math.isnan(ours) or math.isnan(theirs):
            return math.isnan(ours) and math.isnan(theirs)
        return ours == theirs or math.isclose(ours, theirs, rel_tol=tolerance)
    return type(ours) is type(theirs) and bool(ours == theirs)
