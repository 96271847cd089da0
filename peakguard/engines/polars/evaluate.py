"""Runs the checks of a plan over an aligned frame as a whole: three counts each, and the exact rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from peakguard.engines.polars.expressions import Counted, count, expression, form_of, is_against, verdict_of
from peakguard.engines.polars.library import polars
from peakguard.engines.polars.tally import Tally
from peakguard.runtime.rows import Rows

if TYPE_CHECKING:
    import polars as pl

Checks = Sequence[Mapping[str, Any]]


def evaluate(frame: pl.DataFrame, checks: Checks, tally: Tally, excused: Mapping[str, Sequence[int]]) -> list[Counted]:
    """The outcome of each check, in order. Every column that a check reads must be in the frame.

    `tally` counts the row checks among them; `excused` are rows that a check has nothing to say of.
    """
    rows = [check for check in checks if check["form"] == "row"]
    passed, unknown = tally.counts(frame)
    broken = broken_promises(rows, passed, unknown, frame.height)
    if broken:
        passed, unknown = tally.counts(frame, broken)
    faulty = [
        check
        for check, good, open_ in zip(rows, passed, unknown, strict=True)
        if is_against(check, frame.height - good - open_, open_)
    ]
    counted = {
        check["id"]: Counted(good, frame.height - good - open_, open_, Rows())
        for check, good, open_ in zip(rows, passed, unknown, strict=True)
    }
    if faulty:
        verdicts = frame.select(verdict_of(check, form_of(check, broken)).alias(check["id"]) for check in faulty)
        counted |= {check["id"]: count(verdicts[check["id"]], check, excused.get(check["id"], ())) for check in faulty}
    return [counted[check["id"]] if check["form"] == "row" else _dataset(frame, check, broken) for check in checks]


def broken_promises(checks: Checks, passed: Sequence[int], unknown: Sequence[int], height: int) -> frozenset[str]:
    """The columns that hold null or NaN against their promise."""
    return frozenset(
        name
        for check, good, open_ in zip(checks, passed, unknown, strict=True)
        if check["is_promise"] and is_against(check, height - good - open_, open_)
        for name in check["reads"]
    )


def _dataset(frame: pl.DataFrame, check: Mapping[str, Any], broken: frozenset[str]) -> Counted:
    return count_groups(dataset_outcome(frame, check, form_of(check, broken)), check)


def dataset_outcome(frame: pl.DataFrame, check: Mapping[str, Any], form: str) -> pl.DataFrame:
    """The `verdict` on the whole frame, or on each group, which is named by its first row (`__row`)."""
    verdict = expression(check[form]).alias("verdict")
    numbered = frame.with_row_index("__row")
    if check["within"]:
        first = polars().col("__row").first()
        return numbered.group_by(check["within"], maintain_order=True).agg(verdict, first)
    return numbered.select(verdict, polars().lit(0).alias("__row"))


def count_groups(outcome: pl.DataFrame, check: Mapping[str, Any]) -> Counted:
    """Counts of groups, from their `verdict` and the number of their first row (`__row`)."""
    counted = count(outcome["verdict"], check)
    firsts = outcome["__row"].gather(list(counted.against))
    return counted._replace(against=Rows.of(firsts.to_list()))
