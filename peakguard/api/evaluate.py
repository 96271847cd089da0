"""One expression over rows on every back end, side by side."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
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

    `text` is what ran; values are canonical. Without a text, the back end has no form of the expression.
    """

    backend: str
    text: str | None
    values: Sequence[Any]


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
    from peakguard.engines.duckdb.run import POSITION
    from peakguard.engines.polars.from_rows import frame_of
    from peakguard.expression.type_form import plain

    read = [*typed.names, *(name for name in within if name not in typed.names)]
    kept = [{name: row[name] for name in read} for row in rows]
    frame = frame_of(kept, {name: plain(columns[name].type) for name in read}) if read else _without_columns(len(rows))
    form = texts(typed, relation=TABLE, is_dataset=is_dataset, within=within, order=[POSITION])
    runs: dict[str, Callable[[str], Sequence[Any]]] = {
        "python": lambda text: _python(text, typed, kept, within),
        "polars": lambda text: _polars(text, frame, within if is_dataset else (), is_dataset=is_dataset),
        "sql": lambda text: _sql(text, frame, kept, within if is_dataset else ()),
    }
    reference = Result("reference", None, _reference(typed, kept, within, is_dataset=is_dataset))
    others = [Result(name, text, runs[name](text) if text is not None else ()) for name, text in form.items()]
    return Evaluation(typed, (reference, *others), tuple(_differing(typed, reference, others)))


def _differing(typed: TypedExpression, reference: Result, others: Sequence[Result]) -> Iterator[int]:
    tolerance = 1e-9 if typed.root.computed else 0.0
    for position, ours in enumerate(reference.values):
        theirs = [each.values[position] for each in others if each.text is not None]
        if not all(_same(ours, each, tolerance) for each in theirs):
            yield position


def _same(ours: Any, theirs: Any, tolerance: float) -> bool:
    if isinstance(ours, float) and isinstance(theirs, float):
        if math.isnan(ours) or math.isnan(theirs):
            return math.isnan(ours) and math.isnan(theirs)
        return ours == theirs or math.isclose(ours, theirs, rel_tol=tolerance)
    return type(ours) is type(theirs) and bool(ours == theirs)


def _reference(
    typed: TypedExpression, rows: Sequence[Mapping[str, Any]], within: Sequence[str], *, is_dataset: bool
) -> Sequence[Any]:
    from peakguard.expression.reference.interpreter import evaluate as by_reference
    from peakguard.expression.reference.interpreter import evaluate_dataset

    return evaluate_dataset(typed.root, rows, within) if is_dataset else by_reference(typed.root, rows, within)


def _python(
    text: str, typed: TypedExpression, rows: Sequence[Mapping[str, Any]], within: Sequence[str]
) -> Sequence[Any]:
    from peakguard.expression.emit.scalar import is_ordered
    from peakguard.expression.reference.interpreter import groups
    from peakguard.runtime.scalar import load_ordered, load_scalar

    arguments = [[row[name] for name in typed.names] for row in rows]
    if not is_ordered(typed.root):
        rule = load_scalar(text)
        return [rule(*each) for each in arguments]
    ordered, values = load_ordered(text), [None] * len(rows)
    for positions in groups(rows, within):
        state = ordered.start()
        for position in positions:
            values[position] = ordered.step(state, *arguments[position])
    return values


def _polars(text: str, frame: Any, groups: Sequence[str], *, is_dataset: bool) -> Sequence[Any]:
    from peakguard.engines.polars.expressions import expression
    from peakguard.engines.polars.rows import canonical_values

    made = expression(text).alias("value")
    if groups:
        return canonical_values(frame.group_by(groups, maintain_order=True).agg(made)["value"])
    values = frame.select(made)["value"]
    # What reads nothing but aggregates is one value to Polars.
    is_one = not is_dataset and values.len() == 1 != frame.height
    return canonical_values(values.new_from_index(0, frame.height) if is_one else values)


def _sql(text: str, frame: Any, rows: Sequence[Mapping[str, Any]], groups: Sequence[str]) -> Sequence[Any]:
    from peakguard.engines.duckdb.run import run

    found = run(text, TABLE, frame)
    if not groups:
        return [row[-1] for row in found]
    by_group = {row[:-1]: row[-1] for row in found}
    return [by_group[key] for key in dict.fromkeys(tuple(row[name] for name in groups) for row in rows)]


def _without_columns(height: int) -> Any:
    from peakguard.engines.polars.library import polars

    return polars().DataFrame({"no_column": [None] * height})
