"""Tier one: the verdicts of row checks on a batch, and how many rows pass and how many are unknown."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from peakguard.engines.polars.expressions import form_of, verdict_of
from peakguard.engines.polars.groups import Blocks, Carried, Runs, keys_of, picked, taken
from peakguard.engines.polars.library import polars

if TYPE_CHECKING:
    import polars as pl

Check = Mapping[str, Any]
_MOST_KNOWN = 100_000


class Outcome(NamedTuple):
    """How many rows of a batch pass a check and how many are unknown; `rows` gives the verdict on each."""

    passed: int
    unknown: int
    rows: Callable[[], pl.Series]


def outcome_of(verdicts: pl.Series) -> Outcome:
    """Verdicts and their counts."""
    return Outcome(int(verdicts.sum()), verdicts.null_count(), lambda: verdicts)


class Ordered:
    """The row checks that look back within the same groups, and the rows they share."""

    def __init__(self, groups: Sequence[str], checks: Sequence[Check], columns: Sequence[str]) -> None:
        self.checks = checks
        self.ids = frozenset(check["id"] for check in checks)
        self.carried = Carried(groups, max(check["stream"]["back"] for check in checks), columns)
        self._shifted = [check for check in checks if check["stream"]["is_shifted"]]

    @property
    def groups(self) -> tuple[str, ...]:
        """The columns that say which rows belong together."""
        return tuple(self.carried.groups)

    def judge(
        self, frame: pl.DataFrame, alone: Mapping[str, pl.Series], broken: set[str], runs: Runs | None
    ) -> dict[str, Outcome]:
        """The outcome of each check. `alone` are verdicts as if all rows were one group.

        They need `runs`, and are wrong for the first rows of each, which see rows of another group: these rows are
        judged by themselves.
        """
        if runs is None:
            whole = self._over(frame, broken)
            return {check["id"]: outcome_of(whole[check["id"]]) for check in self.checks}
        places = runs.heads(self.carried.back)
        right = self._right(frame, runs, places, broken)
        return {name: _mended(verdicts, places, right[name]) for name, verdicts in alone.items()}

    def _right(self, frame: pl.DataFrame, runs: Runs, heads: pl.Series, broken: set[str]) -> dict[str, pl.Series]:
        """The verdicts on the first rows of each group."""
        right = {}
        if len(self._shifted) < len(self.checks):
            over = self._over(taken(self.carried.own(frame), heads), broken)
            right = {name: over[name] for name in self.ids}
        if self._shifted:
            blocks = self.carried.blocks(frame, runs)
            found = blocks.rows.select(
                verdict_of(check["stream"]["alone"], form_of(check, broken)).alias(check["id"])
                for check in self._shifted
            )
            right |= {check["id"]: _of_heads(found[check["id"]], blocks, check) for check in self._shifted}
        return right

    def _over(self, frame: pl.DataFrame, broken: set[str]) -> pl.DataFrame:
        """The verdicts on each row, whatever the order of the groups."""
        joined, skip = self.carried.joined(frame)
        return joined.select(
            verdict_of(check["stream"]["over"], form_of(check, broken)).slice(skip).alias(check["id"])
            for check in self.checks
        )


def _of_heads(verdicts: pl.Series, blocks: Blocks, check: Check) -> pl.Series:
    """The verdicts on the first rows of each group among those on all rows of the blocks."""
    every = verdicts.to_list()
    found = [every[place] for place in blocks.places]
    if check["stream"].get("starts"):
        for first in blocks.firsts:
            found[first] = True
    right: pl.Series = polars().Series(found, dtype=polars().Boolean)
    return right


def _mended(verdicts: pl.Series, places: pl.Series, right: pl.Series) -> Outcome:
    """Verdicts of which some are replaced by the right ones."""
    wrong = outcome_of(verdicts[places])
    whole, mended = outcome_of(verdicts), outcome_of(right)
    return Outcome(
        whole.passed - wrong.passed + mended.passed,
        whole.unknown - wrong.unknown + mended.unknown,
        lambda: verdicts.clone().scatter(places, right),
    )


class Constants:
    """Checks whose verdict is the same for every row of a group: one look at each group is enough for all data."""

    def __init__(self) -> None:
        self._known: dict[Any, bool | None] = {}

    def judge(self, frame: pl.DataFrame, checks: Sequence[Check], broken: set[str], runs: Runs) -> dict[str, Outcome]:
        """The outcomes over a batch. The checks read nothing but columns that `runs` are runs of."""
        if not checks:
            return {}
        lengths = runs.lengths.to_list()
        found = {}
        for check in checks:
            form = form_of(check, broken)
            verdicts = self._verdicts(runs.firsts, check, form)
            passed = sum(length for length, verdict in zip(lengths, verdicts, strict=True) if verdict)
            unknown = sum(length for length, verdict in zip(lengths, verdicts, strict=True) if verdict is None)
            found[check["id"]] = Outcome(passed, unknown, partial(judged, frame, check, form))
        return found

    def _verdicts(self, firsts: pl.DataFrame, check: Check, form: str) -> list[bool | None]:
        places = [(check["id"], form, row) for row in keys_of(picked(firsts, check["reads"]))]
        if any(place not in self._known for place in places):
            if len(self._known) > _MOST_KNOWN:
                self._known.clear()
            self._known.update(zip(places, judged(firsts, check, form).to_list(), strict=True))
        return [self._known[place] for place in places]


def judged(frame: pl.DataFrame, texts: Mapping[str, Any], form: str) -> pl.Series:
    """The verdict on each row of a frame."""
    if any(kind.is_nested() for kind in frame.dtypes):
        # Over lists in several pieces, some of them empty, Polars fails.
        frame = frame.rechunk()
    return frame.select(verdict_of(texts, form).alias("verdict")).to_series()
