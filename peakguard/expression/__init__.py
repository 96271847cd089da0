"""One meaning, several back ends: text -> IR (`grammar`) -> typed IR (`check`) -> text of a back end (`emit`).

`reference` is the naive interpreter that says what an expression means; every emitter agrees with it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from peakguard.expression.fault import Fault
    from peakguard.expression.ir import Node
    from peakguard.expression.scope import Scope
    from peakguard.expression.typed import TypedExpression


def compile_text(text: str, scope: Scope, *, bounded: bool = True) -> tuple[TypedExpression | None, list[Fault]]:
    """A rule's text, parsed and checked; None where an error stands among the faults (a warning is no error).

    With `bounded=False` the limits on size are off: for text that we generate ourselves.
    """
    from peakguard.expression.check import check
    from peakguard.expression.fault import widened

    node, faults = _parse(text, bounded, scope.document)
    if node is None:
        return None, faults
    typed, faults = check(node, scope, bounded=bounded)
    return typed, [widened(each, text) for each in faults]


@lru_cache(maxsize=4096)
def _parse(text: str, bounded: bool, document: bool) -> tuple[Node | None, list[Fault]]:
    """Parsed once: the same few constraints stand in most contracts of a project."""
    from peakguard.expression.grammar import parse

    return parse(text, bounded=bounded, document=document)


def emit_polars(typed: TypedExpression, columns: Mapping[str, str], within: Sequence[str] = ()) -> str:
    """The text of a Polars expression with the same meaning; it names `pl` and nothing else.

    `columns` gives the text for each column, such as `pl.col("Adj Close")`; a column it lacks is
    `pl.col(its name)`. Ordered functions stay `within` groups of these columns. The text of a dataset
    rule belongs into `select`, or into `group_by(...).agg(...)` for one verdict per group
    (of a frame with rows: without any there is no group, and Polars loses the types).
    """
    from peakguard.expression.emit.polars import emit

    return emit(typed.root, columns, within)


def emit_scalar(typed: TypedExpression) -> str:
    """The text of a Python function with the same meaning, for one row at a time.

    It defines `rule(…)`, with a parameter for each of `typed.names` in their order, which returns the value,
    None for null. Where `looks_back(typed)`, it defines `start()` and `step(state, …)` instead.
    `runtime.scalar` loads the text, `runtime.values` makes the arguments.
    Raises NoScalarForm for a dataset expression, which judges no single row.
    """
    from peakguard.expression.emit.scalar import emit

    return emit(typed.root, typed.names)


def looks_back(typed: TypedExpression) -> bool:
    """Whether the value for a row depends on rows before it."""
    from peakguard.expression.emit.scalar import is_ordered

    return is_ordered(typed.root)


def emit_sql(
    typed: TypedExpression,
    relation: str,
    columns: Mapping[str, str] | None = None,
    within: Sequence[str] = (),
    order: Sequence[str] = (),
    *,
    dataset: bool = False,
    dialect: str = "duckdb",
) -> str:
    """The text of one query over the table `relation` whose last column, `value`, has the same meaning.

    One row for each row of the table, sorted by the columns `order`; with `dataset` one row for each group of
    the columns `within`, which come before `value`, in no order. Ordered functions stay `within` groups and
    follow `order`; it should name every row once. `columns` gives the physical name of a column where it is
    another one, also for those of `within` and `order`. How columns are stored, and that times come as counts
    of their unit, is said in `emit/sql_text.py`. Raises ValueError for ordered functions without `order`.
    """
    from peakguard.expression.emit.sql import emit

    return emit(typed.root, relation, columns or {}, within, order, dataset=dataset, dialect=dialect)
