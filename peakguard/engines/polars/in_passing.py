"""Verdicts found in passing: while the rows are read, by all threads, with the values still in the processor's cache.

To ask a batch afterwards fetches its columns from memory once more, which costs more than to compare them.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Any

from peakguard.engines.polars.expressions import verdict_of
from peakguard.engines.polars.library import polars

if TYPE_CHECKING:
    import polars as pl

    from peakguard.engines.polars.groups import Groups

Check = Mapping[str, Any]


class InPassing:
    """What is asked of every row of a plan's data, beside the columns: checks, and where groups change.

    Every check is asked in the form for data that keep all promises. Those that look back see the rows before
    whatever their group: `Found` says what that is good for.
    """

    def __init__(self, checks: Sequence[Check], groups: Collection[Groups]) -> None:
        self._made: list[pl.Expr] = []
        self._earlier: dict[int, set[str]] = {}
        for check in checks:
            verdict = verdict_of(check, "passes") if check["stream"] is None else self._passing(check)
            if verdict is not None:
                self._made.append(verdict.alias(_verdict_on(check["id"])))
        for group in groups:
            if group:
                self._earlier.setdefault(1, set()).update(group)
                self._made.append(_changed(group).alias(_change_of(group)))

    def over(self, rows: pl.LazyFrame) -> pl.LazyFrame:
        """The rows, and beside them what is asked."""
        library = polars()
        # All columns in one: what is shifted makes a stream of its own, which has to be put beside the rows again.
        earlier = {
            _earlier_by(count): library.struct(sorted(names)).shift(count) for count, names in self._earlier.items()
        }
        return rows.with_columns(**earlier).select(*rows.collect_schema(), *self._made)

    def _passing(self, check: Check) -> pl.Expr | None:
        stream = check["stream"]
        if "passing" not in stream or stream["hoisted"]:
            return None  # the columns that it builds on are not in the data
        for column, count in stream["earlier"]:
            self._earlier.setdefault(count, set()).add(column)
        return verdict_of(stream["passing"], "nonzero" if stream["signs"] else "passes")


class Found:
    """What was found of a batch."""

    def __init__(self, beside: pl.DataFrame) -> None:
        self._beside = beside
        self._names = frozenset(beside.columns)

    def verdicts(self, check: Check) -> pl.Series | None:
        """The verdicts on a check, right for rows that keep all promises; on a promise itself right for any row.

        Of a check that looks back they are right for rows whose group has enough rows before them in this batch, if
        every group of the batch lies in one piece, and the batch passes the check's `signs`.
        """
        return self._get(_verdict_on(check["id"]))

    def changed(self, groups: Groups) -> pl.Series | None:
        """Whether the group of a row is another than that of the row before; nothing is said of the first row."""
        return self._get(_change_of(groups))

    def _get(self, name: str) -> pl.Series | None:
        return self._beside[name] if name in self._names else None


def _changed(groups: Groups) -> pl.Expr:
    before = polars().col(_earlier_by(1)).struct
    columns = (polars().col(name).ne_missing(before.field(name)) for name in groups)
    changed: pl.Expr = reduce(or_, columns)
    return changed


def _earlier_by(count: int) -> str:
    """No column of a contract is called so; the texts of a plan name it."""
    return f"earlier by {count}"


def _verdict_on(check: str) -> str:
    """No column of a contract is called so."""
    return f"verdict on {check}"


def _change_of(groups: Groups) -> str:
    return f"change of {', '.join(groups)}"
