"""The checks of single rows and of neighbours, batch by batch: counted first, looked at closer where rows are wrong."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from peakguard.engines.polars.expressions import form_of, is_against
from peakguard.engines.polars.gaps import GapsFound
from peakguard.engines.polars.groups import Groups, Runs
from peakguard.engines.polars.in_passing import Found
from peakguard.engines.polars.look_back import ordered_checks
from peakguard.engines.polars.tier_one import Constants, Ordered, Outcome, judged, outcome_of
from peakguard.engines.polars.tier_two import Tallied

if TYPE_CHECKING:
    import polars as pl

Check = Mapping[str, Any]
RunsOf = Mapping[Groups, Runs | None]
"""How the rows of a batch lie in groups of these columns, None where in more pieces than are worth a look at each."""


class RowChecks:
    """All of them but those of uniqueness, of a plan. Takes the batches in order, each once."""

    def __init__(self, plan: Mapping[str, Any], checks: Sequence[Check], examples: int) -> None:
        self.tallied = {check["id"]: Tallied(check, plan["key"], examples) for check in checks}
        self.ordered: list[Ordered] = ordered_checks(check for check in checks if check["stream"] is not None)
        self.broken: set[str] = set()
        """The columns that have broken a promise so far."""
        self._promises = [check for check in checks if check["is_promise"]]
        self._local = [check for check in checks if not check["is_promise"] and check["stream"] is None]
        self._constants: dict[Groups, Constants] = defaultdict(Constants)
        self._gaps = {check["id"]: GapsFound(check, examples) for check in checks if check.get("gaps")}
        self._doubtful: set[str] = set()

    def in_passing(self) -> Iterator[Check]:
        """The checks that are asked of every row: of what is the same for all rows of a group, each group is asked."""
        groups = [frozenset(ordered.groups) for ordered in self.ordered]
        for tallied in self.tallied.values():
            reads = tallied.check["reads"]
            if tallied.check["is_promise"] or not (reads and any(each >= set(reads) for each in groups)):
                yield tallied.check

    def take(
        self, frame: pl.DataFrame, runs: RunsOf, excused: Mapping[str, Sequence[int]], found: Found, base: int
    ) -> None:
        """The next batch, whose first row has the number `base`."""
        outcomes = self._judge(frame, runs, found)
        for name, tallied in self.tallied.items():
            passed, unknown, rows = outcomes[name]
            failed = frame.height - passed - unknown
            if failed or unknown:
                self._doubtful.add(name)
            if not is_against(tallied.check, failed, unknown):
                tallied.clean(passed, failed, unknown)
            elif tallied.faulty(frame, rows(), excused.get(name, ()), base) and name in self._gaps:
                self._gaps[name].take(*self.ordered_of(name).carried.joined(frame), base)

    def keeps(self, check: str) -> bool:
        """Whether all rows so far are known to pass a check."""
        return check not in self._doubtful

    def ordered_of(self, check: str) -> Ordered:
        """The checks that look back within the same groups as a given one, which is among them."""
        return next(each for each in self.ordered if check in each.ids)

    def gaps(self) -> Iterator[tuple[str, Any]]:
        """The gaps of every check that looks for some."""
        return ((name, gaps.outcome()) for name, gaps in self._gaps.items())

    def _judge(self, frame: pl.DataFrame, runs: RunsOf, found: Found) -> dict[str, Outcome]:
        outcomes = {check["id"]: self._of_rows(frame, check, found, set()) for check in self._promises}
        broken = set()
        for check in self._promises:
            passed, unknown, _ = outcomes[check["id"]]
            if is_against(check, frame.height - passed - unknown, unknown):
                broken.update(check["reads"])
        self.broken |= broken
        for groups, each in runs.items():
            if each is not None and groups:
                constant = [check for check in self._local if check["reads"] and set(check["reads"]) <= set(groups)]
                outcomes |= self._constants[groups].judge(frame, constant, broken, each)
        for check in self._local:
            if check["id"] not in outcomes:
                outcomes[check["id"]] = self._of_rows(frame, check, found, broken)
        kept = frozenset(name for name, outcome in outcomes.items() if outcome.passed == frame.height)
        for ordered in self.ordered:
            known = runs.get(ordered.groups)
            asked = ordered.checks if known is not None else ()
            alone = {check["id"]: self._alone(frame, check, found, broken, kept) for check in asked}
            outcomes |= ordered.judge(frame, alone, self.broken, known)
        return outcomes

    def _of_rows(self, frame: pl.DataFrame, check: Check, found: Found, broken: set[str]) -> Outcome:
        """The outcome of a check that looks at one row; `broken` are the columns that break a promise in this batch."""
        form = form_of(check, broken)
        verdicts = found.verdicts(check) if form == "passes" else None
        return outcome_of(judged(frame, check, form) if verdicts is None else verdicts)

    def _alone(
        self, frame: pl.DataFrame, check: Check, found: Found, broken: set[str], kept: frozenset[str]
    ) -> pl.Series:
        form = form_of(check, broken)
        is_right = form == "passes" and kept.issuperset(check["stream"]["signs"])
        verdicts = found.verdicts(check) if is_right else None
        return judged(frame, check["stream"]["alone"], form) if verdicts is None else verdicts
