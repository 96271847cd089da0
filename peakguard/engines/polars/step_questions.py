"""What a query over all steps asks of each row for one invariant, what of all rows, and what the answer tells."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import isfinite, isnan
from typing import TYPE_CHECKING, Any

from peakguard.engines.polars.expressions import expression
from peakguard.engines.polars.library import polars
from peakguard.engines.polars.moments import are_known
from peakguard.engines.polars.odd_values import is_odd, proof
from peakguard.engines.polars.step_totals import Total, is_clear, judged, nearest_of, whole

if TYPE_CHECKING:
    import polars as pl

Found = Mapping[str, Any]
_ROUNDING = 1 + 1e-9


class OfField:
    """A field of the state: whether it shows a value that is odd."""

    def __init__(self, field: Mapping[str, Any], kind: pl.DataType, *, is_proven: bool) -> None:
        shown, column = proof(field), polars().col(field["name"])
        columns = {"odd": lambda: is_odd(field, field["name"]), "ticks": column.to_physical, "sum": lambda: column}
        asks: Mapping[str, Sequence[str]] = {
            "odd": ["odd.any"],
            "ticks": ["ticks.least", "ticks.most"],
            "sum": ["sum.sum"],
        }
        is_asked = bool(shown) and not (shown == "sum" and is_proven)
        self.columns: Mapping[str, pl.Expr] = {shown: columns[shown]()} if is_asked else {}
        self.asks = asks[shown] if is_asked else ()
        self._kind = kind

    def shows(self, found: Found) -> bool:
        """Whether surely no value is odd."""
        is_known = are_known(self._kind, found.get("ticks.least"), found.get("ticks.most"))
        return is_known and not found.get("odd.any") and isfinite(found.get("sum.sum", 0.0))


class OfEnds:
    """A field whose values are in order: none is odd where the first and the last are not."""

    columns: Mapping[str, pl.Expr] = {}
    asks: Sequence[str] = ()

    def __init__(self, field: Mapping[str, Any], values: pl.Series) -> None:
        self._proof = proof(field)
        self._values = values

    def shows(self, _: Found) -> bool:
        """Whether surely no value is odd; to Polars NaN is beyond all numbers, so it would be the last or the first."""
        values = self._values
        if self._proof == "sum":
            return isfinite(values[0]) and isfinite(values[-1])
        ends = [values.slice(place, 1).cast(polars().Int64)[0] for place in (0, len(values) - 1)]
        return are_known(values.dtype, *ends)


class OfVerdict:
    """Whether every row holds or is unknown."""

    def __init__(self, texts: Mapping[str, Any]) -> None:
        self.columns: Mapping[str, pl.Expr] = {"verdict": whole(texts["expr"])}
        self.asks: Sequence[str] = ("verdict.all", *(["verdict.nulls"] if texts["is_nullable"] else []))

    def answer(self, found: Found) -> Total | None:
        """The total, without a closest call; None where some row breaks it."""
        return Total(found.get("verdict.nulls", 0)) if found["verdict.all"] else None


class OfMeasure:
    """How close the rows come, of one that none of them breaks."""

    def __init__(self, texts: Mapping[str, Any]) -> None:
        parts = texts["measures"]
        self._kind: str = parts[0][0]
        extreme = "most" if self._kind == "used" else "least"
        self._extreme = f"measure.{extreme}"
        self.columns: Mapping[str, pl.Expr] = {"measure": judged(texts)}
        # A sum is NaN where any of its values is.
        added = () if texts["is_number"] and self._kind == "distance" else ("measure.sum",)
        self.asks: Sequence[str] = (self._extreme, *added)

    def answer(self, found: Found) -> Total | None:
        """The closest call but for its place; None where each row has to be looked at for it.

        A measure is null on the rows that are unknown only: where several comparisons hold, all of them are known.
        """
        if isnan(found.get("measure.sum") or 0.0):
            return None
        return nearest_of(self._kind, found[self._extreme])


class OfTolerance:
    """One that two numbers are close, while the relative tolerance stays below the absolute on every row.

    With `proves` the sum shows that what both are made of is finite.
    """

    def __init__(self, texts: Mapping[str, Any], *, proves: bool) -> None:
        ((_, large, small, self._tolerances),) = texts["measures"]
        a, b = (expression(side).cast(polars().Float64) for side in (large, small))
        self._proves = proves
        self.columns: Mapping[str, pl.Expr] = {"apart": a - b, "side": a}
        added = ("apart.sum",) if proves or not texts["is_number"] else ()
        nulls = ("apart.nulls",) if texts["is_nullable"] else ()
        self.asks: Sequence[str] = ("apart.least", "apart.most", "side.least", "side.most", *nulls, *added)

    def answer(self, found: Found) -> Total | None:
        """The total; None where it is not clear that every row keeps it, or where the tolerance may differ."""
        least, most = found["side.least"], found["side.most"]
        if found["apart.most"] is None or least is None or isnan(found.get("apart.sum", 0.0)):
            return None
        apart = max(found["apart.most"], -found["apart.least"])
        relative, absolute = self._tolerances
        # The other side is at most so much larger, but for rounding.
        largest = (max(abs(least), abs(most)) + apart) * _ROUNDING
        if not relative * largest <= absolute or not is_clear("used", apart / absolute):
            return None
        return nearest_of("used", apart / absolute)._replace(unknown=found.get("apart.nulls", 0))

    def shows(self, found: Found) -> bool:
        """Whether the fields that it is to prove finite surely are: a sum is only where all that it adds is."""
        return not self._proves or isfinite(found["apart.sum"])


Question = OfVerdict | OfTolerance | OfMeasure


def question(texts: Mapping[str, Any], unproven: set[str]) -> OfVerdict | OfTolerance:
    """What to ask for one invariant. Fields that it shows to be finite in passing are no longer `unproven`."""
    parts = texts["measures"]
    if len(parts) != 1 or parts[0][0] != "used" or not parts[0][3][1]:
        return OfVerdict(texts)
    shown = unproven.intersection(texts["shows"])
    # One sum in the place of another saves nothing.
    proves = len(shown) > 1
    if proves:
        unproven -= shown
    return OfTolerance(texts, proves=proves)
