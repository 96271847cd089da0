"""What the data say about a contract, before anyone judges it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from peakguard.engines.polars.align import Fault, Note
from peakguard.engines.polars.expressions import Counted
from peakguard.runtime.violation import Example, Gaps

if TYPE_CHECKING:
    import polars as pl

    from peakguard.engines.polars.align import Aligned


class Evidence(NamedTuple):
    """Counts and rows of every check that could run; `absent` says for each missing column why it is missing.

    `fault_examples` and `examples` hold the first rows against a fault or check, with their values;
    `newest` is the greatest time of the column that freshness asks about, `gaps` are those of a broken cadence,
    `problems` say of a rule that calls a function why there is no verdict,
    `sampled` how many rows a check has looked at where these are not all, `notes` what was done to columns,
    `arranged` the declared columns in the order in which the data have them, `by_statistics` the checks of columns
    that were not read.
    """

    height: int
    faults: tuple[Fault, ...]
    extra: tuple[str, ...]
    absent: Mapping[str, str]
    counted: Mapping[str, Counted]
    examples: Mapping[str, tuple[Example, ...]]
    newest: Any
    aligned: Aligned | None
    gaps: Mapping[str, Gaps] = {}
    problems: Mapping[str, str] = {}
    sampled: Mapping[str, int] = {}
    notes: tuple[Note, ...] = ()
    arranged: tuple[str, ...] = ()
    by_statistics: frozenset[str] = frozenset()


def runnable(plan: Mapping[str, Any], absent: Mapping[str, str]) -> list[Mapping[str, Any]]:
    """The checks that are on and whose columns are all there."""
    return [check for check in plan["checks"] if check["mode"] != "off" and missing(check, absent) is None]


def missing(check: Mapping[str, Any], absent: Mapping[str, str]) -> str | None:
    """The first column that a check needs and does not have."""
    return next((name for name in (*check["reads"], *check["within"]) if name in absent), None)


def excused_rows(
    plan: Mapping[str, Any], frame: pl.DataFrame, unread: Mapping[str, Sequence[int]], today: str
) -> dict[str, Sequence[int]]:
    """Rows that a check has nothing to say of: cells that could not be read are one fault, not a missing value
    as well; exempted rows are accepted."""
    excused: dict[str, Sequence[int]] = {f"columns.{column}.not_null": rows for column, rows in unread.items()}
    for rule, rows in _exempted(plan, frame, today):
        excused[rule] = [*excused.get(rule, ()), *rows]
    return excused


def _exempted(plan: Mapping[str, Any], frame: pl.DataFrame, today: str) -> Iterator[tuple[str, list[int]]]:
    for rule, key, until in plan["exempt"]:
        if until >= today:
            from peakguard.engines.polars.exempt import exempted

            yield f"rules.{rule}", exempted(frame, key)
