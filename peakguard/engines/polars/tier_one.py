"""Tier one: how many rows of a batch pass and how many are unknown, without any verdict kept."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from peakguard.engines.polars.expressions import expression, form_of, verdict_of
from peakguard.engines.polars.groups import Carried, Runs
from peakguard.engines.polars.library import polars

if TYPE_CHECKING:
    import polars as pl

Check = Mapping[str, Any]
Counts = dict[str, tuple[int, int]]
"""Passed and unknown rows of each check."""


_MOST_KNOWN = 100_000


class Ordered:
    """The row checks that look back within the same groups, and the rows they share."""

    def __init__(self, groups: Sequence[str], checks: Sequence[Check], columns: Sequence[str]) -> None:
        self.checks = checks
        self.ids = frozenset(check["id"] for check in checks)
        self.carried = Carried(groups, max(check["stream"]["back"] for check in checks), columns)

    def verdicts(
        self, frame: pl.DataFrame, checks: Sequence[Check], broken: set[str], runs: Runs | None
    ) -> list[pl.Series]:
        """The verdicts on each row: as in `counters`, with the first rows of each group put right."""
        if runs is None:
            return self._over(frame, checks, broken).get_columns()
        heads = runs.heads(self.carried.back)
        right = self._over(frame[heads], checks, broken)
        alone = frame.select(
            verdict_of(check["stream"]["alone"], form_of(check, broken)).alias(check["id"]) for check in checks
        )
        return [each.scatter(heads, right[each.name]) for each in alone]

    def _over(self, frame: pl.DataFrame, checks: Iterable[Check], broken: set[str]) -> pl.DataFrame:
        """The verdicts on each row, whatever the order of the groups."""
        joined, skip = self.carried.joined(frame)
        return joined.select(
            verdict_of(check["stream"]["over"], form_of(check, broken)).slice(skip).alias(check["id"])
            for check in checks
        )

    def counters(self, runs: Runs | None, broken: set[str], judged: Collection[str] = ()) -> list[pl.Expr]:
        """What to count over the batch itself, if its groups lie in one piece each.

        The expressions then run without any grouping: only the first rows of each group see rows of
        another one, and these are counted apart, to be taken back. What is `judged` already is not counted.
        """
        if runs is None:
            return []
        heads = polars().lit(runs.heads(self.carried.back))
        counters = []
        for check in self._open(judged):
            verdict = verdict_of(check["stream"]["alone"], form_of(check, broken))
            counters += _counted(verdict, check["id"])
            counters += _counted(verdict.gather(heads), f"heads of {check['id']}")
        return counters

    def counts(
        self,
        frame: pl.DataFrame,
        runs: Runs | None,
        broken: set[str],
        row: Mapping[str, int],
        judged: Collection[str] = (),
    ) -> Counts:
        """The counts; `row` holds what `counters` came to."""
        checks = self._open(judged)
        if runs is None or not checks:
            return self._exact(frame, checks, broken)
        heads = self._exact(frame[runs.heads(self.carried.back)], checks, broken)
        counts = {}
        for name, (passed, unknown) in heads.items():
            whole, wrong = _taken(row, name), _taken(row, f"heads of {name}")
            counts[name] = (whole[0] - wrong[0] + passed, whole[1] - wrong[1] + unknown)
        return counts

    def _open(self, judged: Collection[str]) -> Sequence[Check]:
        return [check for check in self.checks if check["id"] not in judged]

    def _exact(self, frame: pl.DataFrame, checks: Sequence[Check], broken: set[str]) -> Counts:
        if not checks:
            return {}
        joined, skip = self.carried.joined(frame)
        counters = []
        for check in checks:
            verdict = verdict_of(check["stream"]["over"], form_of(check, broken)).slice(skip)
            counters += _counted(verdict, check["id"])
        row = collected(joined, counters)
        return {check["id"]: _taken(row, check["id"]) for check in checks}


def count_rows(
    frame: pl.DataFrame, checks: Sequence[Check], broken: set[str], others: Sequence[pl.Expr] = ()
) -> tuple[Counts, Mapping[str, int]]:
    """The counts of checks that look at one row alone, and what `others` come to, in one query."""
    counters = []
    for check in checks:
        form = form_of(check, broken)
        counters += _counted(verdict_of(check, form), check["id"], may_be_unknown=check["may_be_unknown"][form])
    row = collected(frame, [*counters, *others])
    return {check["id"]: _taken(row, check["id"]) for check in checks}, row


def count_promises(frame: pl.DataFrame, checks: Sequence[Check]) -> Counts:
    """The counts of promises: by their proof where it holds, row by row only where it does not."""
    proven = [check for check in checks if check["proof"] is not None]
    proofs = [expression(check["proof"]).alias(f"proof of {check['id']}") for check in proven]
    counts, row = count_rows(frame, [check for check in checks if check["proof"] is None], set(), proofs)
    open_ = []
    for check in proven:
        if row[f"proof of {check['id']}"]:
            unknown = frame[check["reads"][0]].null_count()
            counts[check["id"]] = (frame.height - unknown, unknown)
        else:
            open_.append(check)
    return counts | count_rows(frame, open_, set())[0]


class Constants:
    """Checks whose verdict is the same for every row of a group: one look at each group is enough for all data."""

    def __init__(self) -> None:
        self._known: dict[Any, bool | None] = {}

    def counts(self, frame: pl.DataFrame, checks: Sequence[Check], broken: set[str], runs: Runs) -> Counts:
        """The counts over a batch. The checks read nothing but columns that `runs` are runs of."""
        if not checks:
            return {}
        firsts = frame.select(list(dict.fromkeys(name for check in checks for name in check["reads"])))[runs.starts]
        lengths = runs.lengths.to_list()
        counts = {}
        for check in checks:
            verdicts = self._verdicts(firsts, check, form_of(check, broken))
            passed = sum(length for length, verdict in zip(lengths, verdicts, strict=True) if verdict)
            unknown = sum(length for length, verdict in zip(lengths, verdicts, strict=True) if verdict is None)
            counts[check["id"]] = (passed, unknown)
        return counts

    def _verdicts(self, firsts: pl.DataFrame, check: Check, form: str) -> list[bool | None]:
        places = [(check["id"], form, row) for row in firsts.select(check["reads"]).iter_rows()]
        if any(place not in self._known for place in places):
            if len(self._known) > _MOST_KNOWN:
                self._known.clear()
            verdicts = firsts.select(verdict_of(check, form).alias("verdict")).to_series().to_list()
            self._known.update(zip(places, verdicts, strict=True))
        return [self._known[place] for place in places]


def collected(frame: pl.DataFrame, counters: Sequence[pl.Expr]) -> Mapping[str, int]:
    """One row of counts. A batch is small: the streaming engine would cost more than the work."""
    return frame.lazy().select(counters).collect(engine="in-memory").row(0, named=True) if counters else {}


def _counted(verdict: pl.Expr, name: str, *, may_be_unknown: bool = True) -> list[pl.Expr]:
    passed = verdict.sum().alias(f"{name} passed")
    return [passed, verdict.null_count().alias(f"{name} unknown")] if may_be_unknown else [passed]


def _taken(row: Mapping[str, int], name: str) -> tuple[int, int]:
    return row[f"{name} passed"], row.get(f"{name} unknown", 0)
