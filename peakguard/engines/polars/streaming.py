"""Data of any size, judged batch by batch in two tiers; memory is bounded by the batch, not by the data.

Tier one counts. Tier two finds the rows against a check, in the batches and for the checks where tier one
counted some. What looks across rows carries what it needs from one batch to the next:

* ordered rules the last few rows of every group (`groups`), cumulated values one value per group
  (`cumulate`), aggregates their partial results (`aggregates`);
* uniqueness the greatest key of every group (`keys`), and takes a second look where that proves nothing;
* aggregates that do not add up (`median`, `quantile`, `std`, `zscore`, `mad`) the columns they read, whole.

A promise (no null, no NaN) that breaks in some batch leaves the verdicts on earlier rows as they are:
a row's verdict depends on rows before it only, and up to there the promise was kept.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from peakguard.engines.polars import keys, tier_one
from peakguard.engines.polars.aggregates import Aggregated
from peakguard.engines.polars.batches import Batches, Source
from peakguard.engines.polars.beyond import Beyond, is_beyond
from peakguard.engines.polars.evaluate import count_groups, dataset_outcome
from peakguard.engines.polars.evidence import Evidence, excused_rows, runnable
from peakguard.engines.polars.examples import plain
from peakguard.engines.polars.expressions import Counted, form_of, is_against, verdict_of
from peakguard.engines.polars.gaps import GapsFound
from peakguard.engines.polars.groups import Runs, runs_of
from peakguard.engines.polars.key_rows import find_repeated, frames_of
from peakguard.engines.polars.library import polars
from peakguard.engines.polars.look_back import carried_rows, hoisted_columns, ordered_checks
from peakguard.engines.polars.tier_one import Constants
from peakguard.engines.polars.tier_two import Tallied, Unread
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
    for aligned, height in batches.read([name for name in _names(plan) if name not in spared]):
        stream.take(aligned, height)
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
        self._broken: set[str] = set()
        self._doubtful: set[str] = set()
        self._suspects: set[str] = set()
        self._newest: Any = None
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
        self._tallied = {check["id"]: Tallied(check, plan["key"], examples) for check in rows}
        self._promises = [check for check in rows if check["is_promise"]]
        self._local = [check for check in rows if not check["is_promise"] and _looks_at_one_row(check)]
        self._ordered = ordered_checks(check for check in rows if not _looks_at_one_row(check))
        self._hoisted = hoisted_columns(checks)
        datasets = [check for check in checks if check["form"] == "dataset"]
        self._aggregated = [(check, Aggregated(check), carried_rows(check)) for check in datasets if check["stream"]]
        self._whole = [check for check in datasets if not check["stream"]]
        self._constants: dict[tuple[str, ...], Constants] = defaultdict(Constants)
        self._kept: list[pl.DataFrame] = []
        self._gaps = {check["id"]: GapsFound(check, examples) for check in rows if check.get("gaps")}

    def take(self, aligned: Aligned, height: int) -> None:
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
        runs = self._runs(frame) if frame.height else {}
        self._judge(frame, runs, excused)
        self._advance(frame, runs)
        self._beyond.take(aligned.frame, excused)
        self._height += height

    def _runs(self, frame: pl.DataFrame) -> dict[tuple[str, ...], Runs | None]:
        groups = [tuple(ordered.carried.groups) for ordered in self._ordered]
        groups += [tuple(each.groups) for each in self._unique.values() if each.is_sorted and not each.implied_by]
        return {each: runs_of(frame, each) for each in dict.fromkeys(groups)}

    def _judge(self, frame: pl.DataFrame, runs: Mapping[tuple[str, ...], Runs | None], excused: Any) -> None:
        counts = tier_one.count_promises(frame, self._promises)
        for check in self._promises:
            passed, unknown = counts[check["id"]]
            if is_against(check, frame.height - passed - unknown, unknown):
                self._broken.update(check["reads"])
        counts |= self._count_others(frame, runs)
        # Where the batch before had rows against a check, this one likely has some: it is not counted first.
        faulty = [tallied for name, tallied in self._tallied.items() if name in self._suspects]
        for tallied in self._tallied.values():
            if tallied.check["id"] in self._suspects:
                continue
            passed, unknown = counts[tallied.check["id"]]
            failed = frame.height - passed - unknown
            if failed or unknown:
                self._doubtful.add(tallied.check["id"])
            if is_against(tallied.check, failed, unknown):
                faulty.append(tallied)
            else:
                tallied.clean(passed, failed, unknown)
        self._suspects = set()
        if faulty:
            verdicts = self._verdicts(frame, [tallied.check for tallied in faulty], runs)
            for tallied in faulty:
                name = tallied.check["id"]
                has_some = tallied.faulty(frame, verdicts[name], excused.get(name, ()), self._height)
                if has_some and not tallied.check["is_promise"]:
                    self._suspects.add(name)
                if has_some and name in self._gaps:
                    ordered = next(each for each in self._ordered if name in each.ids)
                    self._gaps[name].take(*ordered.carried.joined(frame), self._height)

    def _count_others(self, frame: pl.DataFrame, runs: Mapping[tuple[str, ...], Runs | None]) -> tier_one.Counts:
        """All checks but the promises, the freshest time along with them."""
        counts: tier_one.Counts = {}
        rest = [check for check in self._local if check["id"] not in self._suspects]
        for groups, known in runs.items():
            if known is not None and groups:
                constant = [check for check in rest if check["reads"] and set(check["reads"]) <= set(groups)]
                counts |= self._constants[groups].counts(frame, constant, self._broken, known)
                rest = [check for check in rest if check not in constant]
        others: list[pl.Expr] = []
        for each in self._ordered:
            others += each.counters(runs.get(tuple(each.carried.groups)), self._broken, self._suspects)
        column = self._plan["freshness"][0] if self._plan["freshness"] is not None else None
        if column in frame.columns:
            others.append(polars().col(column).max().alias("newest"))
        local, row = tier_one.count_rows(frame, rest, self._broken, others)
        if row.get("newest") is not None:
            newest: Any = row["newest"]
            self._newest = newest if self._newest is None else max(self._newest, newest)
        for each in self._ordered:
            counts |= each.counts(frame, runs.get(tuple(each.carried.groups)), self._broken, row, self._suspects)
        return counts | local

    def _verdicts(
        self, frame: pl.DataFrame, checks: Sequence[Check], runs: Mapping[tuple[str, ...], Runs | None]
    ) -> dict[str, pl.Series]:
        local = [check for check in checks if _looks_at_one_row(check)]
        verdicts = frame.select(verdict_of(check, form_of(check, self._broken)).alias(check["id"]) for check in local)
        found = {series.name: series for series in verdicts}
        for ordered in self._ordered:
            mine = [check for check in ordered.checks if check in checks]
            if mine:
                known = runs.get(tuple(ordered.carried.groups))
                found |= {series.name: series for series in ordered.verdicts(frame, mine, self._broken, known)}
        return found

    def _advance(self, frame: pl.DataFrame, runs: Mapping[tuple[str, ...], Runs | None]) -> None:
        for unique in self._unique.values():
            self._look_for_repeats(unique, frame, runs)
        for ordered in self._ordered:
            ordered.carried.advance(frame, runs.get(tuple(ordered.carried.groups)))
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
            ordered = next(each for each in self._ordered if unique.implied_by in each.ids)
            if unique.implied_by not in self._doubtful:
                return
            unique.start_from(ordered.carried.before(frame))
            unique.implied_by = None
        unique.take(frame, runs.get(tuple(unique.groups)))

    def evidence(self, batches: Batches) -> Evidence:
        """All that the batches said, after a second look where keys need one."""
        counted = {name: tallied.outcome() for name, tallied in self._tallied.items()}
        shown = {name: tuple(tallied.examples) for name, tallied in self._tallied.items() if tallied.examples}
        shown |= {name: tuple(unread.examples) for name, unread in self._unread.items()}
        beyond = self._beyond.outcomes(partial(frames_of, batches), self._broken)
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
            {name: gaps.outcome() for name, gaps in self._gaps.items() if counted[name].against},
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
                yield check, dataset_outcome(kept, check, form_of(check, self._broken))

    def _repeated(self, unique: keys.Uniqueness, batches: Batches) -> tuple[Counted, tuple[Example, ...]]:
        rows, examples = find_repeated(unique, batches, self._plan["key"], self._height, self._examples)
        return Counted(self._height - len(rows), len(rows), 0, rows), examples

    def _faults(self, settled: Sequence[Fault]) -> Iterator[Fault]:
        """In the order of the columns, as for a frame."""
        order = [column["name"] for column in self._plan["columns"]]
        faults = [*settled, *(unread.fault() for unread in self._unread.values())]
        return iter(sorted(faults, key=lambda fault: order.index(fault.column)))


def _looks_at_one_row(check: Check) -> bool:
    return check["stream"] is None


def _group_examples(outcome: pl.DataFrame, counted: Counted, check: Check, examples: int) -> tuple[Example, ...]:
    first = list(counted.against.first(examples))
    rows = outcome.filter(polars().col("__row").is_in(first)).sort("__row")
    return tuple(
        Example(row["__row"], {name: plain(row[name]) for name in check["within"]}, {})
        for row in rows.iter_rows(named=True)
    )
