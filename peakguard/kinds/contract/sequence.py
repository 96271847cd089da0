"""Checks over several rows that have keys of their own in a contract: key, unique, order, cadence.

They are emitted as Polars text here, not as expressions of the language: they ask about positions
of rows, not about values of one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from peakguard.kinds.contract.constraints import head
from peakguard.kinds.contract.model import Contract
from peakguard.language.values import nanoseconds

_NANOSECONDS_A_DAY = 86_400 * 10**9


def sequence_checks(spec: Contract) -> Iterator[dict[str, Any]]:
    """The checks as entries of a plan."""
    if spec.key:
        yield _check("key", f"~pl.struct({_columns(spec.key)}).is_duplicated()", spec.key, None)
    for name, column in spec.columns.items():
        if column.unique:
            # Missing values are no duplicates of each other; whether they may be missing is another demand.
            text = f"~(pl.col({name!r}).is_duplicated() & pl.col({name!r}).is_not_null())"
            yield _check(f"columns.{name}.unique", text, (name,), column.error)
    if spec.order is not None:
        yield _order(spec)
    if spec.cadence is not None:
        yield _cadence(spec)


def _order(spec: Contract) -> dict[str, Any]:
    assert spec.order is not None
    column, relation = f"pl.col({spec.order.by!r})", ">" if spec.order.strict else ">="
    before = _over(f"{column}.shift(1)", spec.order.within)
    text = f"({column} {relation} {before}) | {_over(_is_first(), spec.order.within)}"
    return _check("order", text, (spec.order.by, *spec.order.within), None)


def _cadence(spec: Contract) -> dict[str, Any]:
    """The step to the next row is one interval, or up to `max_gap` intervals more."""
    assert spec.cadence is not None
    every = nanoseconds(spec.cadence.every)
    column = f"pl.col({spec.cadence.column!r})"
    step = f"{column}.diff().dt.total_nanoseconds()"
    if head(spec.columns[spec.cadence.column].shape) == "date":
        step = f"({column}.diff().dt.total_days() * {_NANOSECONDS_A_DAY})"
    step = _over(step, spec.cadence.within)
    longest = every * (spec.cadence.max_gap + 1)
    on_grid = f"({step} % {every} == 0) & ({step} >= {every}) & ({step} <= {longest})"
    text = f"({on_grid}) | {_over(_is_first(), spec.cadence.within)}"
    return _check("cadence", text, (spec.cadence.column, *spec.cadence.within), None)


def _is_first() -> str:
    return "(pl.int_range(pl.len()) == 0)"


def _over(text: str, within: Sequence[str]) -> str:
    return f"({text}).over({_columns(within)})" if within else f"({text})"


def _columns(names: Sequence[str]) -> str:
    return "[" + ", ".join(repr(name) for name in names) + "]"


def _check(name: str, passes: str, reads: Sequence[str], error: str | None) -> dict[str, Any]:
    return {
        "id": name,
        "form": "row",
        "passes": passes,
        "guarded": passes,
        "is_promise": False,
        "applies": None,
        "reads": list(reads),
        "within": [],
        "on_null": "pass",
        "severity": "error",
        "error": error,
        "message": None,
        "max_fail_rate": 0.0,
        "mode": "enforce",
    }
