"""A frame that is in memory, judged as a whole."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from peakguard.engines.polars.align import align
from peakguard.engines.polars.beyond import Beyond
from peakguard.engines.polars.evaluate import evaluate
from peakguard.engines.polars.evidence import Evidence, excused_rows, runnable
from peakguard.engines.polars.examples import cells, examples_of, group_examples
from peakguard.engines.polars.gaps import GapsFound
from peakguard.engines.polars.moments import newest_of
from peakguard.engines.polars.tally import Tally

if TYPE_CHECKING:
    import polars as pl

    from peakguard.engines.polars.align import Aligned
    from peakguard.engines.polars.expressions import Counted
    from peakguard.engines.polars.lookups import Lookup
    from peakguard.runtime.violation import Example, Gaps


class Prepared:
    """What one plan needs for every frame, made once: the checks that can run, and their tally."""

    def __init__(self, plan: Mapping[str, Any]) -> None:
        self.plan = plan
        self._made: dict[frozenset[str], tuple[list[Mapping[str, Any]], Tally]] = {}

    def checks(self, absent: Mapping[str, str]) -> tuple[list[Mapping[str, Any]], Tally]:
        """The checks that run where these columns are missing."""
        made = self._made.get(key := frozenset(absent))
        if made is None:
            checks = [check for check in runnable(self.plan, absent) if not check["sampled"]]
            made = self._made[key] = checks, Tally(checks)
        return made


def gather(
    prepared: Prepared,
    frame: pl.DataFrame,
    *,
    is_text: bool,
    examples: int,
    today: str,
    lookups: Sequence[Lookup] = (),
) -> Evidence:
    """The evidence of a whole frame. `examples` bounds how many rows are shown with their values."""
    plan = prepared.plan
    aligned = align(frame, plan, is_text=is_text)
    checks, tally = prepared.checks(aligned.absent)
    unread = {fault.column: fault.rows for fault in aligned.faults if fault.rows}
    excused = excused_rows(plan, aligned.frame, unread, today) if unread or plan["exempt"] else {}
    counted = evaluate(aligned.frame, checks, tally, excused)
    sampled = [check for check in runnable(plan, aligned.absent) if check["sampled"]] if plan["sample"] else []
    beyond = Beyond(plan, aligned.absent, examples, lookups, sampled)
    beyond.take(aligned.frame, excused)
    others = beyond.outcomes(lambda _: iter([aligned.frame]))
    faulty = [(check, outcome) for check, outcome in zip(checks, counted, strict=True) if outcome.against]
    shown = {check["id"]: _shown(aligned.frame, plan, check, outcome, examples) for check, outcome in faulty}
    shown |= others.shown
    for fault in aligned.faults:
        if fault.rows:
            rows = fault.rows[:examples]
            shown[fault.id] = cells(aligned.frame, rows, plan["key"], fault.column, fault.values)
    return Evidence(
        frame.height,
        aligned.faults,
        tuple(series.name for series in aligned.extra),
        aligned.absent,
        {check["id"]: outcome for check, outcome in zip(checks, counted, strict=True)} | others.counted,
        shown,
        _newest(plan, aligned),
        aligned,
        {check["id"]: _gaps(aligned.frame, check, examples) for check, _ in faulty if check.get("gaps")},
        others.problems,
        others.sampled,
        aligned.notes,
        aligned.arranged,
    )


def _gaps(frame: pl.DataFrame, check: Mapping[str, Any], examples: int) -> Gaps:
    found = GapsFound(check, examples)
    found.take(frame, 0, 0)
    return found.outcome()


def _newest(plan: Mapping[str, Any], aligned: Aligned) -> Any:
    column = plan["freshness"][0] if plan["freshness"] is not None else None
    return newest_of(aligned.frame[column]) if column is not None and column in aligned.frame.columns else None


def _shown(
    frame: pl.DataFrame, plan: Mapping[str, Any], check: Mapping[str, Any], counted: Counted, examples: int
) -> tuple[Example, ...]:
    first = counted.against.first(examples)
    if check["form"] == "row":
        return examples_of(frame, first, plan["key"], check["reads"])
    return group_examples(frame, first, check["within"]) if check["within"] else ()
