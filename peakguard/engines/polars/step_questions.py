"""What a query over all steps asks of each row for one invariant, what of all rows, and what the answer tells."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import isfinite, isnan
from typing import TYPE_CHECKING, Any

from peakguard.engines.polars.expressions import expression
from peakguard.engines.polars.library import polars
from peakguard.engines.polars.moments import are_known
from peakguard.engines.polars.odd_values import is_odd, proof
from peakguard.engines.polars.step_totals import Total, is_clear, judged, total_of

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


class OfVerdict:
    """One that has no measure: on every row it holds or is unknown."""

    def __init__(self, texts: Mapping[str, Any]) -> None:
        self.columns: Mapping[str, pl.Expr] = {"verdict": judged(texts)}
        self.asks: Sequence[str] = ("verdict.all", *_nulls(texts, "verdict"))

    def answer(self, found: Found) -> Total | None:
        """The total; None where some row breaks it."""
        return Total(found.get("verdict.nulls", 0)) if found["verdict.all"] else None


class OfMeasure:
    """One that is judged by how close each row comes."""

    def __init__(self, texts: Mapping[str, Any]) -> None:
        parts = texts["measures"]
        self._kind: str = parts[0][0]
        self._is_single = len(parts) == 1
        extreme = "most" if self._kind == "used" else "least"
        self._extreme = f"measure.{extreme}"
        self.columns: Mapping[str, pl.Expr] = {"measure": judged(texts)}
        # A sum is NaN where any of its values is.
        added = () if texts["is_number"] and self._kind == "distance" else ("measure.sum",)
        self.asks: Sequence[str] = (self._extreme, *_nulls(texts, "measure"), *added)

    def answer(self, found: Found) -> Total | None:
        """The total; None where it is not clear that every row keeps it."""
        unknown, extreme = found.get("measure.nulls", 0), found[self._extreme]
        # Of several comparisons one may fail where another is unknown.
        is_open = extreme is None or (unknown and not self._is_single) or isnan(found.get("measure.sum", 0.0))
        if is_open or not is_clear(self._kind, extreme):
            return None
        return total_of(unknown, self._kind, float(extreme), None)


class OfTolerance:
    """One that two numbers are close, while the relative tolerance stays below the absolute on every row.

    With `proves` the sum shows that what both are made of is finite.
    """

    def __init__(self, texts: Mapping[str, Any], *, proves: bool) -> None:
        ((_, large, small, self._tolerances),) = texts["measures"]
        a, b = (expression(side).cast(polars().Float64) for side in (large, small))
        self._proves = proves
        self.columns: Mapping[str, pl.Expr] = {"apart": (a - b).abs(), "side": a}
        added = ("apart.sum",) if proves or not texts["is_number"] else ()
        self.asks: Sequence[str] = ("apart.most", "side.least", "side.most", *_nulls(texts, "apart"), *added)

    def answer(self, found: Found) -> Total | None:
        """The total; None where it is not clear that every row keeps it, or where the tolerance may differ."""
        apart, least, most = found["apart.most"], found["side.least"], found["side.most"]
        if apart is None or least is None or isnan(found.get("apart.sum", 0.0)):
            return None
        relative, absolute = self._tolerances
        # The other side is at most so much larger, but for rounding.
        largest = (max(abs(least), abs(most)) + apart) * _ROUNDING
        if not relative * largest <= absolute or not is_clear("used", apart / absolute):
            return None
        return total_of(found.get("apart.nulls", 0), "used", apart / absolute, None)

    def shows(self, found: Found) -> bool:
        """Whether the fields that it is to prove finite surely are: a sum is only where all that it adds is."""
        return not self._proves or isfinite(found["apart.sum"])


Question = OfVerdict | OfMeasure | OfTolerance


def _nulls(texts: Mapping[str, Any], column: str) -> Sequence[str]:
    return (f"{column}.nulls",) if texts["is_nullable"] else ()


def question(texts: Mapping[str, Any], unproven: set[str]) -> Question:
    """What to ask for one invariant. Fields that it shows to be finite in passing are no longer `unproven`."""
    parts = texts["measures"]
    if not parts:
        return OfVerdict(texts)
    if len(parts) > 1 or parts[0][0] != "used" or not parts[0][3][1]:
        return OfMeasure(texts)
    shown = unproven.intersection(texts["shows"])
    # One sum in the place of another saves nothing.
    proves = len(shown) > 1
    if proves:
        unproven -= shown
    return OfTolerance(texts, proves=proves)
