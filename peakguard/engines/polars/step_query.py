"""One query that takes the rows of a long result in pieces, and answers all questions about them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Protocol

from peakguard.engines.polars.library import polars

if TYPE_CHECKING:
    import polars as pl

Found = Mapping[str, Any]


class Asking(Protocol):
    """What a question looks at of each row, and what it `asks` of all of them, as `column.reduction`."""

    @property
    def columns(self) -> Mapping[str, pl.Expr]:
        """A value of each row."""

    @property
    def asks(self) -> Sequence[str]:
        """What is made of these."""


def answers(rows: pl.DataFrame, questions: Mapping[str, Asking]) -> dict[str, dict[str, Any]]:
    """What one query finds for each question."""
    columns = [
        column.alias(f"{place}.{name}")
        for place, each in enumerate(questions.values())
        for name, column in each.columns.items()
    ]
    asks = [(place, ask) for place, each in enumerate(questions.values()) for ask in each.asks]
    found: dict[str, dict[str, Any]] = {id: {} for id in questions}
    if not asks:
        return found
    reductions = [_reduced(f"{place}.{ask}") for place, ask in asks]
    row = rows.lazy().select(columns).select(reductions).collect(engine="streaming", optimizations=_optimizations())
    ids = list(questions)
    for (place, ask), value in zip(asks, row.row(0), strict=True):
        found[ids[place]][ask] = value
    return found


@lru_cache(maxsize=1)
def _optimizations() -> pl.QueryOptFlags:
    """Nothing but what is written twice: to look for more takes longer than it saves."""
    found: pl.QueryOptFlags = polars().QueryOptFlags.none().update(comm_subexpr_elim=True)
    return found


_REDUCED: Mapping[str, Callable[[pl.Expr], pl.Expr]] = {
    "all": lambda column: column.all(),
    "any": lambda column: column.any(),
    "sum": lambda column: column.sum(),
    "nulls": lambda column: column.null_count(),
    "least": lambda column: column.min(),
    "most": lambda column: column.max(),
}


@lru_cache(maxsize=1024)
def _reduced(ask: str) -> pl.Expr:
    name, _, key = ask.rpartition(".")
    return _REDUCED[key](polars().col(name)).alias(ask)
