"""How close a long result came to breaking what it keeps, and where: looked for when somebody asks."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

from peakguard.engines.polars.step_query import answers
from peakguard.engines.polars.step_questions import OfMeasure
from peakguard.engines.polars.step_totals import Total, judged

if TYPE_CHECKING:
    import polars as pl

_PIECE = 131_072
_USED_UP = 1 + 1e-9
"""The share of a tolerance that no rounding makes of what keeps it."""
Texts = Mapping[str, Mapping[str, Any]]


class NearestRows:
    """The closest calls of invariants that no row breaks, by their ids; all of them are found with the first."""

    def __init__(self, rows: pl.DataFrame, asked: Texts, known: Mapping[str, Total]) -> None:
        self.ids = frozenset(asked)
        self._rows = rows
        self._asked = asked
        self._known = known

    def total(self, id: str) -> Total | None:
        """The closest call of one with its place; None where each row has to be looked at for it.

        Raises LookupError where it shows that the rows were changed: it is not found again, or breaks what they kept.
        """
        near = self._nearest[id]
        if near is None or not near.kind:
            return near
        if near.measure > _USED_UP if near.kind == "used" else near.measure < 0:
            raise LookupError(id)
        return near._replace(place=self._places[id])

    @cached_property
    def _nearest(self) -> Mapping[str, Total | None]:
        questions = {id: OfMeasure(texts) for id, texts in self._asked.items() if id not in self._known}
        found = answers(self._rows, questions)
        return {**self._known, **{id: each.answer(found[id]) for id, each in questions.items()}}

    @cached_property
    def _places(self) -> Mapping[str, int]:
        """The first places, of all in one go that ends with the last of them."""
        totals = {id: near for id, near in self._nearest.items() if near is not None and near.kind}
        left = {id: self._asked[id] for id in totals}
        back = max((each["back"] for each in left.values()), default=0)
        places: dict[str, int] = {}
        for start in range(0, self._rows.height, _PIECE):
            before = min(back, start)
            rows = self._rows.slice(start - before, before + _PIECE)
            measures = rows.select(judged(texts).alias(id) for id, texts in left.items()).slice(before)
            for values in measures:
                near = totals[values.name]
                # The extreme of a piece is found at a fraction of the price of a search.
                if (values.max() if near.kind == "used" else values.min()) == near.measure:
                    place = values.index_of(near.measure)
                    assert place is not None
                    places[values.name] = start + place
                    del left[values.name]
            if not left:
                break
        return places
