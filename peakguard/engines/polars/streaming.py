"""Data of any size, judged batch by batch in two tiers; memory is bounded by the batch, not by the data.

Tier one counts verdicts, most of which are found while the rows are read (`in_passing`). Tier two finds the rows
against a check, in the batches and for the checks where tier one counted some. What looks across rows carries what it
needs from one batch to the next:

* ordered rules the last few rows of every group (`groups`), cumulated values one value per group
  (`cumulate`), aggregates their partial results (`aggregates`);
* uniqueness the greatest key of every group (`keys`), and takes a second look where that proves nothing;
* aggregates that do not add up (`median`, `quantile`, `std`, `zscore`, `mad`) the columns they read, whole.

A promise (no null, no NaN) that breaks in some batch leaves the verdicts on earlier rows as they are:
a row's verdict depends on rows before it only, and up to there the promise was kept.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from peakguard.engines.polars import keys
from peakguard.engines.polars.aggregates import Aggregated
from peakguard.engines.polars.batches import Batches, Source
from peakguard.engines.polars.beyond import Beyond, is_beyond
from peakguard.engines.polars.evaluate import count_groups, dataset_outcome
from peakguard.engines.polars.evidence import Evidence, excused_rows, runnable
from peakguard.engines.polars.examples import cell
from peakguard.engines.polars.expressions import Counted, form_of
from peakguard.engines.polars.groups import Groups, Runs, runs_of
from peakguard.engines.polars.in_passing import Found, InPassing
from peakguard.engines.polars.key_rows import find_repeated, frames_of
from peakguard.engines.polars.library import polars
from peakguard.engines.polars.look_back import carried_rows, hoisted_columns
from peakguard.engines.polars.moments import newest_of
from peakguard.engines.polars.row_checks import RowChecks
from peakguard.engines.polars.tier_two import Unread
from peakguard.runtime.violation import Example

if TYPE_CHECKING:
    import polars as pl

    from peakguard.engines.polars.align import Aligned, Fault
    from peakguard.engines.polars.lookups import Lookup

Check = Mapping[str, Any]


def gather(
    plan: Mapping[str, Any], source: Source, *, examples: int, today: str, lookups: Sequence[Lookup] = ()
) -> Evidence:
    """The evidence of a source. `examples` bounds how many rows are shown with their values."""
    batches = Batches(source, plan)
    checks = runnable(plan, batches.settled.absent)
    proven, spared = _by_statistics(plan, checks, source)
    checks = [check for check in checks if check["id"] not in proven]
    beyond = Beyond(plan, batches.settled.absent, examples, lookups, checks)
    stream = _Stream(plan, [check for check in checks if not is_beyond(check)], examples, today, beyond)
    names = [name for name in _names(plan) if name not in spared]
    for aligned, height, beside in batches.judged(names, stream.in_passing().over):
        stream.take(aligned, height, Found(beside))
    found = stream.evidence(batches)
    return found._replace(counted={**found.counted, **proven}, by_statistics=frozenset(proven)) if proven else found


def _by_statistics(
    plan: Mapping[str, Any], checks: Sequence[Check], source: Source
) -> tuple[dict[str, Counted], frozenset[str]]:
    if not plan["trust_statistics"] or not source.told_by:
        return {}, frozenset()
    from peakguard.engines.polars.statistics import proven

    return proven(plan, checks, source.schema, source.told_by)


def _names(plan: Mapping[str, Any]) -> list[str]:
    return [column["name"] for column in plan["columns"]]


class _Stream:
    def __init__(
        self, plan: Mapping[str, Any], checks: Sequence[Check], examples: int, today: str, beyond: Beyond
    ) -> None:
        self._plan = plan
        self._examples = examples
        self._today = today
        self._checks = checks
        self._height = 0
        self._unread: dict[str, Unread] = {}
        self._beyond = beyond
        rows = [check for check in checks if check["form"] == "row"]
        self._unique = {
            check["id"]: keys.Uniqueness(check["stream"], keys.MAX_CANDIDATES)
            for check in rows
            if check["stream"] is not None and "unique" in check["stream"]
        }
        rows = [check for check in rows if check["id"] not in self._unique]
        running = {check["id"] for check in rows}
        for unique in self._unique.values():
            unique.implied_by = unique.implied_by if unique.implied_by in running else None
        self._rows = RowChecks(plan, rows, examples)
        self._freshness: str | None = plan["freshness"][0] if plan["freshness"] is not None else None
        self._newest: Any = None
        self._hoisted = hoisted_columns(checks)
        datasets = [check for check in checks if check["form"] == "dataset"]
        self._aggregated = [(check, Aggregated(check), carried_rows(check)) for check in datasets if check["stream"]]
        self._whole = [check for check in datasets if not check["stream"]]
        self._kept: list[pl.DataFrame] = []

    def in_passing(self) -> InPassing:
        """What is best asked while the rows are read."""
        return InPassing(list(self._rows.in_passing()), self._groups())

    def take(self, aligned: Aligned, height: int, found: Found) -> None:
        """The next batch."""
        frame = aligned.frame
        unread = {fault.column: fault.rows for fault in aligned.faults if fault.rows}
        excused = excused_rows(self._plan, frame, unread, self._today) if unread or self._plan["exempt"] else {}
        for fault in aligned.faults:
            if fault.rows:
                self._unread.setdefault(fault.id, Unread(fault, self._plan["key"], self._examples)).take(
                    frame, fault, self._height
                )
        for cumulated, carried in self._hoisted:
            column = cumulated.column(frame, carried)
            carried.advance(frame, None)
            frame = frame.with_columns(column)
        runs = {each: runs_of(frame, each, found.changed(each)) for each in self._groups()} if frame.height else {}
        self._rows.take(frame, runs, excused, found, self._height)
        self._advance(frame, runs)
        self._beyond.take(aligned.frame, excused)
        if self._freshness in frame.columns:
            newest = (self._newest, newest_of(frame[self._freshness]))
            self._newest = max((each for each in newest if each is not None), default=None)
        self._height += height

    def _groups(self) -> list[Groups]:
        groups = [ordered.groups for ordered in self._rows.ordered]
        groups += [tuple(each.groups) for each in self._unique.values() if each.is_sorted and not each.implied_by]
        return list(dict.fromkeys(groups))

    def _advance(self, frame: pl.DataFrame, runs: Mapping[tuple[str, ...], Runs | None]) -> None:
        for unique in self._unique.values():
            self._look_for_repeats(unique, frame, runs)
        for ordered in self._rows.ordered:
            ordered.carried.advance(frame, runs.get(ordered.groups))
        for _, aggregated, carried in self._aggregated:
            aggregated.take(frame, carried, self._height)
            carried.advance(frame, None)
        if self._whole:
            names = [name for check in self._whole for name in (*check["reads"], *check["within"])]
            self._kept.append(frame.select(list(dict.fromkeys(names))))

    def _look_for_repeats(
        self, unique: keys.Uniqueness, frame: pl.DataFrame, runs: Mapping[tuple[str, ...], Runs | None]
    ) -> None:
        if unique.implied_by is not None:
            # The order check compares the very columns: while it passes every row, nothing needs to be done.
            ordered = self._rows.ordered_of(unique.implied_by)
            if self._rows.keeps(unique.implied_by):
                return
            unique.start_from(ordered.carried.before(frame))
            unique.implied_by = None
        unique.take(frame, runs.get(tuple(unique.groups)))

    def evidence(self, batches: Batches) -> Evidence:
        """All that the batches said, after a second look where keys need one."""
        counted = {name: tallied.outcome() for name, tallied in self._rows.tallied.items()}
        shown = {name: tuple(tallied.examples) for name, tallied in self._rows.tallied.items() if tallied.examples}
        shown |= {name: tuple(unread.examples) for name, unread in self._unread.items()}
        beyond = self._beyond.outcomes(partial(frames_of, batches), self._rows.broken)
        counted |= beyond.counted
        shown |= beyond.shown
        for name, unique in self._unique.items():
            counted[name], shown[name] = self._repeated(unique, batches)
        for check, outcome in self._dataset_outcomes():
            counted[check["id"]] = count_groups(outcome, check)
            if check["within"]:
                shown[check["id"]] = _group_examples(outcome, counted[check["id"]], check, self._examples)
        return Evidence(
            self._height,
            tuple(self._faults(batches.settled.faults)),
            tuple(series.name for series in batches.settled.extra),
            batches.settled.absent,
            counted,
            shown,
            self._newest,
            None,
            {name: gaps for name, gaps in self._rows.gaps() if counted[name].against},
            beyond.problems,
            beyond.sampled,
            batches.settled.notes,
            batches.settled.arranged,
        )

    def _dataset_outcomes(self) -> Iterator[tuple[Check, pl.DataFrame]]:
        for check, aggregated, _ in self._aggregated:
            yield check, aggregated.outcome()
        if self._whole:
            kept = polars().concat(self._kept)
            for check in self._whole:
                yield check, dataset_outcome(kept, check, form_of(check, self._rows.broken))

    def _repeated(self, unique: keys.Uniqueness, batches: Batches) -> tuple[Counted, tuple[Example, ...]]:
        rows, examples = find_repeated(unique, batches, self._plan["key"], self._height, self._examples)
        return Counted(self._height - len(rows), len(rows), 0, rows), examples

    def _faults(self, settled: Sequence[Fault]) -> Iterator[Fault]:
        """In the order of the columns, as for a frame."""
        order = [column["name"] for column in self._plan["columns"]]
        faults = [*settled, *(unread.fault() for unread in self._unread.values())]
        return iter(sorted(faults, key=lambda fault: order.index(fault.column)))


def _group_examples(outcome: pl.DataFrame, counted: Counted, check: Check, examples: int) -> tuple[Example, ...]:
    first = list(counted.against.first(examples))
    rows = outcome.filter(polars().col("__row").is_in(first)).sort("__row")
    return tuple(
        Example(number, {name: cell(rows[name], place) for name in check["within"]}, {})
        for place, number in enumerate(rows["__row"])
    )
