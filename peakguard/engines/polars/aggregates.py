"""Dataset rules over batches: partial results of every aggregate, which add up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from peakguard.engines.polars.expressions import expression
from peakguard.engines.polars.groups import Carried
from peakguard.engines.polars.library import polars

if TYPE_CHECKING:
    import polars as pl

_ROW = "__row"


class Aggregated:
    """One dataset rule. Takes the batches in order; held is one row per group, and for `n_unique` one per value."""

    def __init__(self, check: Mapping[str, Any]) -> None:
        stream = check["stream"]
        self.groups: list[str] = list(stream["groups"])
        self._parts: Sequence[Mapping[str, Any]] = stream["parts"]
        self._verdict: str = stream["verdict"]
        self._partials: pl.DataFrame | None = None
        self._distinct: dict[str, pl.DataFrame] = {}

    def take(self, frame: pl.DataFrame, carried: Carried, base: int) -> None:
        """Add a batch, whose first row has the number `base`."""
        library = polars()
        joined, skip = carried.joined(frame)
        arguments = [expression(part["arg"]).alias(part["name"]) for part in self._parts if part["arg"] is not None]
        index = library.int_range(base - skip, base + joined.height - skip, dtype=library.Int64).alias(_ROW)
        rows = joined.select(*self.groups, *arguments, index).slice(skip)
        for part in self._parts:
            if part["op"] == "n_unique":
                self._add_distinct(rows, part["name"])
        partial = self._grouped(rows, [library.col(_ROW).min(), *(each for p in self._parts for each in _partials(p))])
        self._partials = partial if self._partials is None else self._merged(partial)

    def outcome(self) -> pl.DataFrame:
        """The `verdict` on every group, in order of their first rows (`__row`). At least one batch was taken."""
        library = polars()
        assert self._partials is not None
        whole = self._partials
        for part in self._parts:
            if part["op"] == "n_unique":
                whole = self._with_distinct(whole, part["name"])
        whole = whole.with_columns(_result(part) for part in self._parts)
        verdict = expression(self._verdict).alias("verdict")
        return whole.select(*self.groups, verdict, library.col(_ROW).fill_null(0)).sort(_ROW)

    def _merged(self, partial: pl.DataFrame) -> pl.DataFrame:
        library = polars()
        both = library.concat([self._partials, partial])
        return self._grouped(both, [library.col(_ROW).min(), *(each for p in self._parts for each in _merges(p))])

    def _grouped(self, rows: pl.DataFrame, aggregates: Sequence[pl.Expr]) -> pl.DataFrame:
        if self.groups:
            return rows.group_by(self.groups, maintain_order=True).agg(aggregates)
        return rows.select(aggregates)

    def _add_distinct(self, rows: pl.DataFrame, name: str) -> None:
        ours = rows.select(*self.groups, name).drop_nulls(name).unique()
        held = self._distinct.get(name)
        self._distinct[name] = ours if held is None else polars().concat([held, ours]).unique()

    def _with_distinct(self, whole: pl.DataFrame, name: str) -> pl.DataFrame:
        library = polars()
        held = self._distinct[name]
        if not self.groups:
            return whole.with_columns(library.lit(held.height, library.Int64).alias(name))
        counts = held.group_by(self.groups).agg(library.len().cast(library.Int64).alias(name))
        joined = whole.join(counts, on=self.groups, how="left", nulls_equal=True, maintain_order="left")
        return joined.with_columns(library.col(name).fill_null(0))


def _partials(part: Mapping[str, Any]) -> list[pl.Expr]:
    library = polars()
    name = part["name"]
    value = library.col(name)
    match part["op"]:
        case "count" if part["arg"] is None:
            return [library.len().cast(library.Int64).alias(name)]
        case "count":
            return [value.sum().cast(library.Int64)]
        case "sum":
            return [(value.cast(library.Int128) if part["type"] == "int64" else value).sum()]
        case "mean" | "share":
            total = value.cast(library.Int64) if part["op"] == "share" else value
            return [total.sum(), value.count().cast(library.Int64).alias(f"{name} count")]
        case "max_of" | "min_of":
            # Polars ranks NaN or leaves it out; here one NaN makes the result NaN.
            nan = value.is_nan().any() if part["type"] == "float64" else library.lit(value=False)
            return [getattr(value, part["op"][:3])(), nan.alias(f"{name} nan")]
        case _:
            return []


def _merges(part: Mapping[str, Any]) -> list[pl.Expr]:
    library = polars()
    name = part["name"]
    match part["op"]:
        case "count" | "sum":
            return [library.col(name).sum()]
        case "mean" | "share":
            return [library.col(name).sum(), library.col(f"{name} count").sum()]
        case "max_of" | "min_of":
            return [getattr(library.col(name), part["op"][:3])(), library.col(f"{name} nan").any()]
        case _:
            return []


def _result(part: Mapping[str, Any]) -> pl.Expr:
    library = polars()
    name = part["name"]
    result: pl.Expr = library.col(name)
    if part["op"] == "sum" and part["type"] == "int64":
        result = result.cast(library.Int64, strict=False)
    elif part["op"] in {"mean", "share"}:
        number = library.col(f"{name} count")
        result = library.when(number > 0).then(result.cast(library.Float64) / number)
    elif part["op"] in {"max_of", "min_of"} and part["type"] == "float64":
        result = library.when(library.col(f"{name} nan")).then(float("nan")).otherwise(result)
    return result.alias(name)
