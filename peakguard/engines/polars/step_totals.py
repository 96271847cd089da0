"""All invariants that ask every step the same, in one query: what most results need."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from peakguard.engines.polars.expressions import expression
from peakguard.engines.polars.library import polars

if TYPE_CHECKING:
    import polars as pl


class Total(NamedTuple):
    """Of one that no step breaks: for how many it is unknown, and where the closest call is, from 0."""

    unknown: int
    kind: str = ""
    measure: float = 0.0
    place: int | None = None


def totals(frame: pl.DataFrame, invariants: Sequence[Mapping[str, Any]]) -> dict[str, Total]:
    """The totals by the ids of those that hold always and without a condition, where all steps keep them.

    What has a measure is judged by that alone, where it is clear: a distance that is never 0 or below, a tolerance of
    which some is always left. Where it is not, there is no total.
    """
    plain = [each for each in invariants if each["form"] == "always" and not each["is_conditional"]]
    if not plain or not frame.height:
        return {}
    # As columns first: in one query each would be computed again for every total.
    columns = frame.select(_column(each).alias(str(place)) for place, each in enumerate(plain))
    asked = [part for place, each in enumerate(plain) for part in _asked(str(place), each)]
    row = columns.select(asked).row(0, named=True)
    found = {each["id"]: _total(row, str(place), each) for place, each in enumerate(plain)}
    return {id: total for id, total in found.items() if total is not None}


def _column(each: Mapping[str, Any]) -> pl.Expr:
    parts = each["polars"]["measures"]
    if not parts:
        return whole(each["polars"]["expr"])
    made = [measure(*part) for part in parts]
    if len(made) == 1:
        return made[0]
    library = polars()
    fold = library.max_horizontal if parts[0][0] == "used" else library.min_horizontal
    # One that is unknown makes all of it so, and NaN is looked into.
    folded: pl.Expr = library.when(library.all_horizontal(each.is_not_null() for each in made)).then(fold(made))
    is_nan = library.any_horizontal(each.is_nan() for each in made)
    found: pl.Expr = library.when(is_nan).then(float("nan")).otherwise(folded)
    return found


def _asked(name: str, each: Mapping[str, Any]) -> Sequence[pl.Expr]:
    col = polars().col(name)
    unknown = col.null_count().alias(f"unknown{name}")
    if not each["polars"]["measures"]:
        return [(~col).sum().alias(f"failed{name}"), unknown]
    extreme = col.max() if each["polars"]["measures"][0][0] == "used" else col.min()
    # Of equal measures the first counts, which `arg_min` does not promise.
    place = col.index_of(extreme).alias(f"place{name}")
    return [unknown, col.is_nan().any().alias(f"odd{name}"), extreme.alias(f"measure{name}"), place]


_SURELY_WITHIN = 1 - 1e-9
"""The share of a tolerance below which no rounding makes it all of it."""


def _total(row: Mapping[str, Any], name: str, each: Mapping[str, Any]) -> Total | None:
    unknown = int(row[f"unknown{name}"])
    if not each["polars"]["measures"]:
        failed = int(row[f"failed{name}"] or 0)
        return None if failed else Total(unknown)
    kind, found = each["polars"]["measures"][0][0], row[f"measure{name}"]
    # Of several comparisons one may fail where another is unknown.
    if row[f"odd{name}"] or (unknown and len(each["polars"]["measures"]) > 1):
        return None
    if found is None:
        return Total(unknown)
    if kind == "used":
        if found > _SURELY_WITHIN:
            return None
        return Total(unknown, kind, float(found), int(row[f"place{name}"])) if found > 0 else Total(unknown)
    if found <= 0:
        return None
    return Total(unknown, kind, float(found), int(row[f"place{name}"])) if found != float("inf") else Total(unknown)


def whole(text: str) -> pl.Expr:
    """The expression as a value for every row, also where it reads no column."""
    made: pl.Expr = expression(text)
    if made.meta.root_names():
        return made
    spread: pl.Expr = made & (polars().int_range(polars().len()) >= 0)
    return spread


def measure(kind: str, large: str, small: str, tolerances: list[float]) -> pl.Expr:
    """How far apart the two sides of a comparison are: as a distance, or as the used share of a tolerance."""
    float64 = polars().Float64
    a, b = expression(large).cast(float64), expression(small).cast(float64)
    if kind == "distance":
        distance: pl.Expr = a - b
        return distance
    relative, absolute = tolerances
    apart = (a - b).abs()
    tolerance = polars().max_horizontal(relative * polars().max_horizontal(a.abs(), b.abs()), absolute)
    # To Polars NaN equals NaN; here nothing is close to it.
    is_equal = (apart == 0) | ((a == b) & a.is_not_nan())
    used: pl.Expr = polars().when(is_equal).then(0.0).otherwise(apart / tolerance)
    return used
