"""Columns that depend on all earlier rows of a group, computed batch by batch with one value carried per group."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from peakguard.engines.polars.expressions import expression
from peakguard.engines.polars.groups import Carried
from peakguard.engines.polars.library import polars

if TYPE_CHECKING:
    import polars as pl

_ALONE = "__all"
"""Stands for the one group of a column that has no groups."""


class Cumulated:
    """One hoisted column of a plan. Takes the batches in order, each once."""

    def __init__(self, spec: Mapping[str, Any]) -> None:
        self.name: str = spec["name"]
        self.groups: list[str] = list(spec["groups"])
        self._spec = spec
        self._keys = self.groups or [_ALONE]
        self._state: pl.DataFrame | None = None
        compute: dict[str, Callable[[pl.DataFrame], pl.DataFrame]] = {"since": self._since, "first": self._first}
        self._compute = compute.get(spec["op"], self._extend)

    def column(self, frame: pl.DataFrame, carried: Carried) -> pl.Series:
        """The column for a batch, which `carried` rows precede."""
        joined, skip = carried.joined(frame)
        values = joined.select(expression(self._spec["arg"]).alias("value")).to_series().slice(skip)
        library = polars()
        rows = frame.select(self.groups).with_columns(values) if self.groups else values.to_frame()
        rows = rows if self.groups else rows.select(library.lit(0, library.Int8).alias(_ALONE), "value")
        result = self._compute(rows).to_series().alias(self.name)
        return result.cast(library.Int64, strict=False) if self._spec["result"] == "int64" else result

    def _extend(self, rows: pl.DataFrame) -> pl.DataFrame:
        """`cum_max`, `cum_min`, `cum_sum`: the result so far stands before the batch as if it were its first row."""
        library = polars()
        value = library.col("value")
        running = getattr(value, self._spec["op"])()
        if self._spec["nan"]:
            # Polars skips NaN; here it stays once it has come.
            running = library.when(value.is_nan().cum_max()).then(float("nan")).otherwise(running)
        before = self._state if self._state is not None else rows.clear()
        joined: pl.DataFrame = library.concat([before, rows]).with_columns(running.over(self._keys).alias("value"))
        last = value.drop_nulls().last()
        self._state = joined.group_by(self._keys, maintain_order=True).agg(last)
        return joined.slice(before.height).select("value")

    def _since(self, rows: pl.DataFrame) -> pl.DataFrame:
        """Rows since the event was last true; before its first event a batch counts on from the one before."""
        library = polars()
        position = library.int_range(library.len(), dtype=library.Int64)
        event = library.when(library.col("value")).then(position).forward_fill()
        rows = rows.with_columns(
            (position - event).over(self._keys).alias("ago"), position.over(self._keys).alias("position")
        )
        before = self._state if self._state is not None else rows.select(*self._keys, carried="ago").clear()
        continued = library.col("carried") + library.col("position") + 1
        joined = rows.join(before, on=self._keys, how="left", nulls_equal=True, maintain_order="left")
        joined = joined.with_columns(library.coalesce("ago", continued).alias("ago"))
        latest = joined.group_by(self._keys, maintain_order=True).agg(library.col("ago").last().alias("carried"))
        self._state = library.concat([latest, before]).unique(self._keys, keep="first", maintain_order=True)
        return joined.select("ago")

    def _first(self, rows: pl.DataFrame) -> pl.DataFrame:
        library = polars()
        ours = rows.group_by(self._keys, maintain_order=True).agg(library.col("value").first())
        known = ours if self._state is None else library.concat([self._state, ours])
        self._state = known.unique(self._keys, keep="first", maintain_order=True)
        firsts = self._state.rename({"value": "first"})
        joined = rows.join(firsts, on=self._keys, how="left", nulls_equal=True, maintain_order="left")
        return joined.select("first")
