"""What asks for more than the rows at hand: other data, a function of the operator, how a row stands among all rows."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from peakguard.engines.polars.calls import calls_of
from peakguard.engines.polars.evidence import missing
from peakguard.engines.polars.expressions import Counted
from peakguard.engines.polars.key_rows import shown_rows
from peakguard.engines.polars.sampled import Sampled
from peakguard.engines.polars.spread import Spread
from peakguard.engines.polars.tier_two import Tallied
from peakguard.runtime.violation import Example

if TYPE_CHECKING:
    import polars as pl

    from peakguard.engines.polars.lookups import Lookup

Again = Callable[[Sequence[str]], Iterator["pl.DataFrame"]]
"""The named columns of all rows once more, in batches and in the same order."""


def is_kept(check: Mapping[str, Any]) -> bool:
    """Whether a check asks how a row stands among all rows, so that the columns it reads are kept."""
    return check["stream"] is not None and "kept" in check["stream"]


def is_beyond(check: Mapping[str, Any]) -> bool:
    """Whether a check of rows is judged here, over batches."""
    return check["sampled"] or is_kept(check)


class Outcomes(NamedTuple):
    """The counts and the first rows against each check, why a function has no verdict, how many rows were sampled."""

    counted: dict[str, Counted]
    shown: dict[str, tuple[Example, ...]]
    problems: dict[str, str]
    sampled: dict[str, int]


class Beyond:
    """All such checks of a plan. Takes the batches in order, each once; a whole frame is one batch."""

    def __init__(
        self,
        plan: Mapping[str, Any],
        absent: Mapping[str, str],
        examples: int,
        lookups: Sequence[Lookup],
        checks: Sequence[Mapping[str, Any]],
    ) -> None:
        self._key: Sequence[str] = plan["key"]
        self._examples = examples
        self._height = 0
        self._calls = calls_of(plan, absent, examples)
        self._spread = [Spread(check, self._key, examples) for check in checks if is_kept(check)]
        self._sampled = Sampled(plan, [check for check in checks if check["sampled"]], examples)
        looked_up = [each for each in lookups if missing(each.check, absent) is None]
        self._held = [(each, Tallied(each.check, self._key, examples)) for each in looked_up if each.is_held]
        self._dealt = [each for each in looked_up if not each.is_held]

    def take(self, frame: pl.DataFrame, excused: Mapping[str, Sequence[int]]) -> None:
        """The next rows, of which each check has nothing to say of some."""
        for called in self._calls:
            called.take(frame, excused.get(called.check["id"], ()))
        for spread in self._spread:
            spread.take(frame, excused.get(spread.check["id"], ()))
        for lookup, tallied in self._held:
            tallied.faulty(frame, lookup.verdicts(frame), (), self._height)
        self._sampled.take(frame, excused, self._height)
        self._height += frame.height

    def outcomes(self, again: Again, broken: Collection[str] = ()) -> Outcomes:
        """After the last batch; `broken` columns do not keep their promise."""
        found = Outcomes({}, {}, {}, {})
        for called in self._calls:
            self._add(found, called.check, called.outcome(), called.examples)
            if called.problem is not None:
                found.problems[called.check["id"]] = called.problem
        for spread in self._spread:
            self._add(found, spread.check, *spread.outcome(broken))
        for check in self._sampled.checks:
            self._add(found, check, *self._sampled.outcome(check))
            found.sampled[check["id"]] = self._sampled.number
        for lookup, tallied in self._held:
            self._add(found, lookup.check, tallied.outcome(), tuple(tallied.examples))
        for lookup in self._dealt:
            self._add(found, lookup.check, *self._dangling(lookup, again))
        return found

    def _dangling(self, lookup: Lookup, again: Again) -> tuple[Counted, tuple[Example, ...]]:
        rows, unknown = lookup.dangling(again(lookup.columns), self._height)
        shown = shown_rows(again, lookup.columns, self._key, rows.first(self._examples)) if rows else ()
        return Counted(self._height - len(rows) - unknown, len(rows), unknown, rows), shown

    def _add(self, found: Outcomes, check: Mapping[str, Any], counted: Counted, shown: tuple[Example, ...]) -> None:
        found.counted[check["id"]] = counted
        if shown:
            found.shown[check["id"]] = shown
