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

    node, faults = _parse(text, bounded)
    if node is None:
        return None, faults
    typed, faults = check(node, scope, bounded=bounded)
    return typed, [widened(each, text) for each in faults]


@lru_cache(maxsize=4096)
def _parse(text: str, bounded: bool) -> tuple[Node | None, list[Fault]]:
    """Parsed once: the same few constraints stand in most contracts of a project."""
    from peakguard.expression.grammar import parse

    return parse(text, bounded=bounded)


def emit_polars(typed: TypedExpression, columns: Mapping[str, str], within: Sequence[str] = ()) -> str:
    """The text of a Polars expression with the same meaning; it names `pl` and nothing else.

    `columns` gives the text for each column, such as `pl.col("Adj Close")`; a column it lacks is
    `pl.col(its name)`. Ordered functions stay `within` groups of these columns. The text of a dataset
    rule belongs into `select`, or into `group_by(...).agg(...)` for one verdict per group
    (of a frame with rows: without any there is no group, and Polars loses the types).
    """
    from peakguard.expression.emit.polars import emit

    return emit(typed.root, columns, within)
