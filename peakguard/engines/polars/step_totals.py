"""All invariants that ask every step the same, in one query: what most results need."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import inf, isnan
from typing import TYPE_CHECKING, Any, NamedTuple

from peakguard.engines.polars.expressions import expression
from peakguard.engines.polars.library import polars

if TYPE_CHECKING:
    import polars as pl


class Total(NamedTuple):
    """Of one that no step breaks: for how many it is unknown, and what the closest call is, of `kind` if there is one.

    `place` is where it is, from 0; None where that has yet to be found.
    """

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
    columns = frame.select(judged(each["polars"]).alias(str(place)) for place, each in enumerate(plain))
    reduced = _reduced(columns, plain)
    found = {each["id"]: _total(columns[str(place)], each, *reduced[place]) for place, each in enumerate(plain)}
    return {id: total for id, total in found.items() if total is not None}


def judged(texts: Mapping[str, Any]) -> pl.Expr:
    """How close each step comes or, where that has no measure, its verdict."""
    parts = texts["measures"]
    if not parts:
        return whole(texts["expr"])
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


_SURELY_WITHIN = 1 - 1e-9
"""The share of a tolerance below which no rounding makes it all of it."""


def is_clear(kind: str, measure: float) -> bool:
    """Whether the closest call of all shows that every step keeps what is asked."""
    return measure <= _SURELY_WITHIN if kind == "used" else measure > 0


def nearest_of(kind: str, measure: float | None, place: int | None = None) -> Total:
    """The closest call of one that no step breaks. What is infinitely far, or exactly equal, was not close."""
    none = 0.0 if kind == "used" else inf
    if measure is None or measure == none:
        return Total(0)
    # Zero without a sign.
    return Total(0, kind, measure + 0.0, place)


_MANY = 100_000
"""Rows from which on the threads of a query gain more than the query costs."""


def _reduced(columns: pl.DataFrame, invariants: Sequence[Mapping[str, Any]]) -> list[tuple[Any, int | None]]:
    """Of every column the sum, and a place of its closest call."""
    ways = [_way(each) for each in invariants]
    if columns.height < _MANY:
        return [(values.sum(), getattr(values, way)()) for values, way in zip(columns, ways, strict=True)]
    cols = list(map(polars().col, columns.columns))
    asked = columns.select(
        *(col.sum().alias(f"sum{place}") for place, col in enumerate(cols)),
        *(getattr(col, way)().alias(f"place{place}") for place, (col, way) in enumerate(zip(cols, ways, strict=True))),
    )
    row = asked.row(0)
    return list(zip(row[: len(cols)], row[len(cols) :], strict=True))


def _way(each: Mapping[str, Any]) -> str:
    parts = each["polars"]["measures"]
    return "arg_max" if parts and parts[0][0] == "used" else "arg_min"


def _total(values: pl.Series, each: Mapping[str, Any], added: Any, place: int | None) -> Total | None:
    parts, unknown = each["polars"]["measures"], values.null_count()
    if not parts:
        return None if added + unknown < len(values) else Total(unknown)
    # Of several comparisons one may fail where another is unknown. A sum is NaN where any of its values is.
    if (unknown and len(parts) > 1) or isnan(added):
        return None
    kind = parts[0][0]
    if place is None:
        return Total(unknown)
    found = float(values[place])
    if not is_clear(kind, found):
        return None
    first = _first_of(values, place, found, is_most=kind == "used")
    return nearest_of(kind, found, first)._replace(unknown=unknown)


def _first_of(values: pl.Series, place: int, extreme: float, *, is_most: bool) -> int:
    """The first place of an extreme value that was found at one place: of equal measures the first counts."""
    before = values.head(place)
    same = before.max() if is_most else before.min()
    if same != extreme:
        return place
    first = before.index_of(extreme)
    assert first is not None
    return first


def whole(text: str) -> pl.Expr:
    """The expression as a value for every row, also where it reads no column."""
    made: pl.Expr = expression(text)
    if made.meta.root_names():
        return made
    spread: pl.Expr = made & (polars().int_range(polars().len()) >= 0)
    return spread


def measure(kind: str, large: str, small: str | None, tolerances: list[float]) -> pl.Expr:
    """How far apart the two sides of a comparison are: as a distance, or as the used share of a tolerance.

    A side of None is zero, from which the other is as far as it is large.
    """
    float64 = polars().Float64
    a: pl.Expr = expression(large).cast(float64)
    if small is None:
        return a
    b = expression(small).cast(float64)
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
