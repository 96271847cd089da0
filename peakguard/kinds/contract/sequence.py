"""Checks over several rows that have keys of their own in a contract: key, unique, order, cadence.

They are emitted as Polars text here, not as expressions of the language: they ask about positions
of rows, not about values of one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from peakguard.kinds.contract.cadence import cadence_checks
from peakguard.kinds.contract.model import Contract
from peakguard.kinds.contract.positions import check_of, earlier, is_first, names_of, over
from peakguard.kinds.contract.stream import neighbours


def sequence_checks(spec: Contract) -> Iterator[dict[str, Any]]:
    """The checks as entries of a plan."""
    if spec.key:
        text = f"~pl.struct({names_of(spec.key)}).is_duplicated()"
        yield check_of("key", text, spec.key, None, _unique(spec, spec.key, nulls=True))
    for name, column in spec.columns.items():
        if column.unique:
            # Missing values are no duplicates of each other; whether they may be missing is another demand.
            text = f"~(pl.col({name!r}).is_duplicated() & pl.col({name!r}).is_not_null())"
            yield check_of(f"columns.{name}.unique", text, (name,), column.error, _unique(spec, (name,), nulls=False))
    if spec.order is not None:
        yield _order(spec)
    if spec.cadence is not None:
        yield from cadence_checks(spec, spec.cadence)


def _order(spec: Contract) -> dict[str, Any]:
    assert spec.order is not None
    column, relation = f"pl.col({spec.order.by!r})", ">" if spec.order.strict else ">="
    within = spec.order.within
    passes = f"({column} {relation} {over(f'{column}.shift(1)', within)}) | {over(is_first(), within)}"
    passing = f"({column} {relation} {earlier(spec.order.by, 1)})"
    stream = neighbours(within, passes, f"({column} {relation} {column}.shift(1))", passing, spec.order.by)
    return check_of("order", passes, (spec.order.by, *spec.order.within), None, stream)


def _unique(spec: Contract, columns: Sequence[str], *, nulls: bool) -> dict[str, Any]:
    """What proves most cheaply that no two rows are alike: one column that rises within groups of the others."""
    order = spec.order
    by = order.by if order is not None and order.by in columns else columns[-1]
    groups = [name for name in columns if name != by]
    # Where the order says so already, rows that keep it are known to be unique.
    implied = order is not None and order.strict and order.by == by and set(order.within) == set(groups)
    stream = {"unique": list(columns), "rises": by, "groups": groups, "nulls": nulls}
    return {**stream, "implied_by": "order" if implied else None}
