"""Checks over several rows that have keys of their own in a contract: key, unique, order, cadence.

They are emitted as Polars text here, not as expressions of the language: they ask about positions
of rows, not about values of one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from peakguard.kinds.contract.constraints import head
from peakguard.kinds.contract.model import Contract
from peakguard.kinds.contract.stream import neighbours
from peakguard.language.values import nanoseconds

_NANOSECONDS_A_DAY = 86_400 * 10**9


def sequence_checks(spec: Contract) -> Iterator[dict[str, Any]]:
    """The checks as entries of a plan."""
    if spec.key:
        text = f"~pl.struct({_columns(spec.key)}).is_duplicated()"
        yield _check("key", text, spec.key, None, _unique(spec, spec.key, nulls=True))
    for name, column in spec.columns.items():
        if column.unique:
            # Missing values are no duplicates of each other; whether they may be missing is another demand.
            text = f"~(pl.col({name!r}).is_duplicated() & pl.col({name!r}).is_not_null())"
            yield _check(f"columns.{name}.unique", text, (name,), column.error, _unique(spec, (name,), nulls=False))
    if spec.order is not None:
        yield _order(spec)
    if spec.cadence is not None:
        yield _cadence(spec)


def _order(spec: Contract) -> dict[str, Any]:
    assert spec.order is not None
    column, relation = f"pl.col({spec.order.by!r})", ">" if spec.order.strict else ">="
    over, alone = (
        f"({column} {relation} {_over(f'{column}.shift(1)', within)}) | {_over(_is_first(), within)}"
        for within in (spec.order.within, ())
    )
    stream = neighbours(spec.order.within, over, alone)
    return _check("order", over, (spec.order.by, *spec.order.within), None, stream)


def _cadence(spec: Contract) -> dict[str, Any]:
    """The step to the next row is one interval, or up to `max_gap` intervals more."""
    assert spec.cadence is not None
    every = nanoseconds(spec.cadence.every)
    column = f"pl.col({spec.cadence.column!r})"
    step = f"{column}.diff().dt.total_nanoseconds()"
    if head(spec.columns[spec.cadence.column].shape) == "date":
        step = f"({column}.diff().dt.total_days() * {_NANOSECONDS_A_DAY})"
    longest = every * (spec.cadence.max_gap + 1)
    over, alone = (
        f"({_on_grid(_over(step, within), every, longest)}) | {_over(_is_first(), within)}"
        for within in (spec.cadence.within, ())
    )
    stream = neighbours(spec.cadence.within, over, alone)
    return _check("cadence", over, (spec.cadence.column, *spec.cadence.within), None, stream)


def _on_grid(step: str, every: int, longest: int) -> str:
    return f"({step} % {every} == 0) & ({step} >= {every}) & ({step} <= {longest})"


def _unique(spec: Contract, columns: Sequence[str], *, nulls: bool) -> dict[str, Any]:
    """What proves most cheaply that no two rows are alike: one column that rises within groups of the others."""
    order = spec.order
    by = order.by if order is not None and order.by in columns else columns[-1]
    groups = [name for name in columns if name != by]
    # Where the order says so already, rows that keep it are known to be unique.
    implied = order is not None and order.strict and order.by == by and set(order.within) == set(groups)
    stream = {"unique": list(columns), "rises": by, "groups": groups, "nulls": nulls}
    return {**stream, "implied_by": "order" if implied else None}


def _is_first() -> str:
    return "(pl.int_range(pl.len()) == 0)"


def _over(text: str, within: Sequence[str]) -> str:
    return f"({text}).over({_columns(within)})" if within else f"({text})"


def _columns(names: Sequence[str]) -> str:
    return "[" + ", ".join(repr(name) for name in names) + "]"


def _check(name: str, passes: str, reads: Sequence[str], error: str | None, stream: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": name,
        "form": "row",
        "passes": passes,
        "guarded": passes,
        "is_promise": False,
        "applies": None,
        "may_be_unknown": {"passes": True, "guarded": True},
        "proof": None,
        "stream": stream,
        "reads": list(reads),
        "within": [],
        "on_null": "pass",
        "severity": "error",
        "error": error,
        "message": None,
        "max_fail_rate": 0.0,
        "mode": "enforce",
    }
