"""Invariants over a whole result: every row is a step, in the order of the rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any, NamedTuple

from peakguard.diagnostics import codes
from peakguard.engines.polars.library import polars
from peakguard.engines.polars.moments import text_of
from peakguard.engines.polars.step_rows import STEP, first_of, step_rows
from peakguard.engines.polars.step_totals import Total, measure, totals, whole
from peakguard.runtime.errors import PeakguardError
from peakguard.runtime.invariant import Call, Nearest, Step

if TYPE_CHECKING:
    import polars as pl

_CLOCK = "__clock"
First = tuple[int, tuple[Any, ...], bool, float | None, Mapping[str, Any], tuple[Step, ...]]


class Found(NamedTuple):
    """Counts of one invariant, its first breach, and its closest call."""

    evaluations: int
    exercised: int
    failed: int
    unknown: int
    open: int
    broken: int
    first: First | None = None
    nearest: Nearest = Nearest(None)


class Steps:
    """The rows that are looked at, under the names and types of the state; those that show odd values set aside.

    Raises PeakguardError (PG2063) where a column is missing or of another type.
    """

    def __init__(
        self, table: Mapping[str, Any], data: pl.DataFrame, drawn: Iterator[bool], *, is_text: bool, is_json: bool
    ) -> None:
        self._table = table
        self._rows = step_rows(table, data, drawn, is_text=is_text, is_json=is_json, is_judged=True)
        self._streamed = self._rows.streamed
        self.number = self._rows.frame.height
        self.odd = self.number - self._rows.number

    @property
    def _frame(self) -> pl.DataFrame:
        return self._rows.sound

    @cached_property
    def _totals(self) -> Mapping[str, Total]:
        """Of those that the stream of rows has not told everything about."""
        known = self._streamed.totals if self._streamed is not None else {}
        left = [each for each in self._table["invariants"] if each["id"] not in known]
        return {**known, **totals(self._frame, left)} if left else known

    def first_odd(self) -> tuple[int, str, Any] | None:
        """The first step with an odd value, the field, and what it shows."""
        rows, odd = self._rows, self._rows.odd
        if odd is None:
            return None
        places = {name: place for name in odd.columns if (place := first_of(odd[name])) is not None}
        if not places:
            return None
        name = min(places, key=lambda each: (places[each], list(odd.columns).index(each)))
        place = places[name]
        origin = int(rows.origins[place]) if rows.origins is not None else place
        if origin in rows.unread[name]:
            return place + 1, name, rows.unread[name][origin]
        told = text_of(rows.all[name], place)
        return place + 1, name, rows.all[name].slice(place, 1).to_list()[0] if told is None else told

    def find(self, each: Mapping[str, Any]) -> Found:
        """What becomes of one invariant of the table."""
        form = each["form"]
        if form == "after":
            return self._after(each) if each["length"] is None else self._timed(each)
        return self._always(each) if form == "always" else self._at_end(each)

    def _always(self, each: Mapping[str, Any]) -> Found:
        total = self._totals.get(each["id"])
        if total is None or (total.unknown and each["on_null"] == "fail"):
            return self._looked_into(each)
        rows = self._rows.number
        return Found(rows, rows, 0, total.unknown, 0, 0, None, self._nearest(each, total))

    def _nearest(self, each: Mapping[str, Any], total: Total) -> Nearest:
        if self._streamed is not None and each["id"] in self._streamed.nearest.ids:
            return Nearest(None, partial(self._sought, each))
        return Nearest(self._call(each, total))

    def _call(self, each: Mapping[str, Any], total: Total) -> Call | None:
        if total.place is None:
            return None
        return Call(total.kind, total.measure, *self._rows.shown(total.place, each["reads"]))

    def _sought(self, each: Mapping[str, Any]) -> Call | None:
        assert self._streamed is not None
        try:
            total = self._streamed.nearest.total(each["id"])
        except LookupError:
            problem = "its rows were changed after they were verified, before the closest call was asked for"
            raise PeakguardError(codes.STEPS_MISFIT, policy=self._table["name"], problem=problem) from None
        return self._looked_into(each).nearest.call if total is None else self._call(each, total)

    def _looked_into(self, each: Mapping[str, Any]) -> Found:
        """One that not every step keeps, or that asks something of some steps only."""
        library, texts = polars(), each["polars"]
        made = [whole(texts["expr"]).alias("verdict")]
        made.append((whole(texts["when"]) if texts["when"] is not None else library.lit(value=True)).alias("applies"))
        for place, (kind, large, small, tolerances) in enumerate(texts["measures"]):
            made.append(measure(kind, large, small, tolerances).alias(f"measure{place}"))
        seen = self._frame.with_columns(made)
        col = library.col
        asked = seen.filter(col("applies") | (col("applies").is_null() & col("verdict").not_().fill_null(value=True)))
        unknown = col("verdict").is_null() | col("applies").is_null()
        against = asked.with_columns(
            (~col("verdict") & col("applies")).fill_null(value=False).alias("fails"), unknown.alias("unknown")
        )
        counts = col("fails") | col("unknown") if each["on_null"] == "fail" else col("fails")
        against = against.with_columns(counts.alias("broken"))
        if each["grace"] is not None:
            failures, of = each["grace"]
            run = col("broken").cast(library.Int64).rolling_sum(of, min_samples=1)
            run = run.over(each["groups"]) if each["groups"] else run
            if not each["groups"] and not each["is_conditional"]:
                # Steps that were set aside count as steps.
                run = col("broken").cast(library.Int64).rolling_sum_by(STEP, f"{of}i")
            against = against.with_columns((col("broken") & (run >= failures)).alias("broken"))
        exercised = int(seen["applies"].sum())
        first = first_of(against["broken"])
        return Found(
            asked.height,
            exercised,
            int(against["fails"].sum()),
            int(against["unknown"].sum()),
            0,
            int(against["broken"].sum()),
            self._breach(each, against, first) if first is not None else None,
            Nearest(self._closest(each, asked)),
        )

    def _closest(self, each: Mapping[str, Any], asked: pl.DataFrame) -> Call | None:
        parts = each["polars"]["measures"]
        if not parts:
            return None
        kind = parts[0][0]
        names = [f"measure{place}" for place in range(len(parts))]
        col, fold = polars().col, polars().max_horizontal if kind == "used" else polars().min_horizontal
        held = asked.filter(col("verdict")).select(
            STEP, *each["reads"], fold(col(name).fill_nan(None) for name in names).alias("measure")
        )
        # What is infinitely far, or exactly equal, was not close.
        held = held.filter(col("measure") > 0 if kind == "used" else col("measure").is_finite())
        if not held.height:
            return None
        values = held["measure"]
        place = values.arg_max() if kind == "used" else values.arg_min()
        assert place is not None
        # Of equal measures the first counts.
        place = int((values == values[place]).arg_true()[0])
        row = held.row(place, named=True)
        return Call(kind, row["measure"] + 0.0, int(row[STEP]), {name: row[name] for name in each["reads"]})

    def _breach(self, each: Mapping[str, Any], rows: pl.DataFrame, place: int) -> First:
        row = rows.row(place, named=True)
        parts = each["polars"]["measures"]
        measures = [row[f"measure{number}"] for number in range(len(parts))]
        known = [value for value in measures if value is not None and value == value]
        kind = parts[0][0] if parts else "distance"
        is_asked = row.get("applies", True)
        worst = None if not (known and is_asked) else max(known) if kind == "used" else min(known)
        group = tuple(row[name] for name in each["groups"])
        values = {name: row[name] for name in each["reads"]}
        is_unknown = bool(row.get("unknown")) and not row.get("fails")
        return int(row[STEP]), group, is_unknown, worst, values, self._before(int(row[STEP]))

    def _before(self, step: int) -> tuple[Step, ...]:
        keep = self._table["keep"]
        rows = self._frame.filter(polars().col(STEP) < step).tail(keep).select(STEP, *self._rows.scalars)
        return tuple(Step(int(row.pop(STEP)), row) for row in rows.to_dicts())

    def _timed(self, each: Mapping[str, Any]) -> Found:
        """Waits by time, which is the latest that any step has shown; so it rises, and the first to end is enough."""
        library, texts, groups = polars(), each["polars"], each["groups"]
        col = library.col
        # Differences of any two times fit.
        clock = col(each["clock"]).to_physical().cast(library.Int128).cum_max().alias(_CLOCK)
        seen = self._frame.with_columns(
            whole(texts["expr"]).fill_null(value=False).alias("begins"),
            whole(texts["expect"]).fill_null(value=False).alias("ends"),
            clock,
        )
        ended = library.when(col("ends")).then(col(_CLOCK)).backward_fill()
        seen = seen.with_columns((ended.over(groups) if groups else ended).alias("ended"))
        begun = seen.filter(col("begins"))
        missed = begun.filter(~(col("ended") - col(_CLOCK) <= each["length"]).fill_null(value=False))
        last = seen[_CLOCK].max()
        late = missed.filter(library.lit(last, dtype=library.Int128) - col(_CLOCK) > each["length"])
        first: First | None = None
        if late.height:
            values, began = late.row(0, named=True), late[_CLOCK][0]
            step = int(seen.filter(col(_CLOCK) - began > each["length"])[STEP][0])
            group = tuple(values[name] for name in groups)
            first = (step, group, False, None, {name: values[name] for name in each["reads"]}, self._before(step))
        return Found(begun.height, begun.height, late.height, 0, missed.height - late.height, late.height, first)

    def _after(self, each: Mapping[str, Any]) -> Found:
        library, texts, groups = polars(), each["polars"], each["groups"]
        col, steps = library.col, each["steps"]
        clock = library.int_range(library.len(), dtype=library.Int64)
        seen = self._frame.with_columns(
            whole(texts["expr"]).fill_null(value=False).alias("begins"),
            whole(texts["expect"]).fill_null(value=False).alias("ends"),
            (clock.over(groups) if groups else col(STEP)).alias(_CLOCK),
        )
        ended = library.when(col("ends")).then(col(_CLOCK)).backward_fill()
        last = col(_CLOCK).max()
        seen = seen.with_columns(
            (ended.over(groups) if groups else ended).alias("ended"),
            (last.over(groups) if groups else last).alias("last"),
        )
        begun = seen.filter(col("begins"))
        kept = (col("ended") - col(_CLOCK) <= steps).fill_null(value=False)
        late = begun.filter(~kept & (col(_CLOCK) + steps <= col("last")))
        open = begun.filter(~kept & (col(_CLOCK) + steps > col("last"))).height
        broken = late.height
        first = None
        if broken:
            first = self._late(each, seen, late)
        return Found(begun.height, begun.height, broken, 0, open, broken, first)

    def _late(self, each: Mapping[str, Any], seen: pl.DataFrame, late: pl.DataFrame) -> First:
        """The breach at the first step at which a wait is over."""
        groups, col = each["groups"], polars().col
        due = late.select(*groups, STEP, (col(_CLOCK) + each["steps"]).alias("due"))
        places = []
        for row in due.to_dicts() if groups else due.head(1).to_dicts():
            rows = seen.with_row_index("__place").filter(col(_CLOCK) >= row["due"])
            for name in groups:
                rows = rows.filter(col(name).eq_missing(polars().lit(row[name], dtype=seen.schema[name])))
            places.append(int(rows["__place"][0]))
        found = seen.with_columns(polars().lit(value=False).alias("unknown"), polars().lit(value=True).alias("fails"))
        return self._breach(each, found, min(places))

    def _at_end(self, each: Mapping[str, Any]) -> Found:
        verdicts = self._frame.select(whole(each["polars"]["expr"]).alias("verdict"))["verdict"]
        if not len(verdicts):
            return Found(0, 0, 0, 0, 0, 0)
        is_eventual = each["form"] == "eventually"
        verdict = bool(verdicts.any()) if is_eventual else verdicts[-1]
        failed, unknown = int(verdict is False), int(verdict is None)
        broken = int(verdict is False or (verdict is None and each["on_null"] == "fail"))
        first: First | None = None
        if broken:
            last = self._frame.row(-1, named=True)
            values = {name: last[name] for name in each["reads"]}
            first = (int(last[STEP]), (), verdict is None, None, values, self._before(int(last[STEP])))
        return Found(1, int(bool(verdict)) if is_eventual else 1, failed, unknown, 0, broken, first)
