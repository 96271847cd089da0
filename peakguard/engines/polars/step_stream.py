"""Whether every step of a long result keeps what is asked of it: one query that takes the rows in pieces.

It tells how close each invariant came; where that was is looked for when somebody asks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from peakguard.engines.polars.expressions import expression
from peakguard.engines.polars.library import polars
from peakguard.engines.polars.odd_values import proof
from peakguard.engines.polars.running import running
from peakguard.engines.polars.step_questions import OfField, OfMeasure, OfTolerance, Question, question
from peakguard.engines.polars.step_totals import Total, judged

if TYPE_CHECKING:
    import polars as pl

FROM = 250_000
"""Rows from which on such a query takes less time than columns that are made one after the other."""
_PIECE = 131_072
Invariant = Mapping[str, Any]
Found = Mapping[str, Any]


class Streamed:
    """The totals of the invariants that surely no step breaks, by their ids."""

    def __init__(self, rows: pl.DataFrame, asked: Mapping[str, Mapping[str, Any]], totals: Mapping[str, Total]) -> None:
        self.totals = totals
        self._rows = rows
        self._near = {id: texts for id, texts in asked.items() if id in totals and totals[id].kind}
        self._places: Mapping[str, int] | None = None

    def place(self, id: str) -> int | None:
        """Where the closest call of an invariant is, from 0; None where it is no more, for the rows were changed."""
        if self._places is None:
            self._places = self._found()
        return self._places.get(id)

    def _found(self) -> dict[str, int]:
        """The first places, of all in one go that ends with the last of them."""
        left = dict(self._near)
        back = max(each["back"] for each in left.values())
        places: dict[str, int] = {}
        for start in range(0, self._rows.height, _PIECE):
            before = min(back, start)
            rows = self._rows.slice(start - before, before + _PIECE)
            measures = rows.select(judged(texts).alias(id) for id, texts in left.items()).slice(before)
            for values in measures:
                near = self.totals[values.name]
                # The extreme of a piece is found at a fraction of the price of a search.
                if (values.max() if near.kind == "used" else values.min()) == near.measure:
                    place = values.index_of(near.measure)
                    assert place is not None
                    places[values.name] = start + place
                    del left[values.name]
            if not left:
                break
        return places


def streamed(
    frame: pl.DataFrame, state: Sequence[Mapping[str, Any]], invariants: Sequence[Invariant]
) -> Streamed | None:
    """What such a query finds; None where a value may be odd, or nothing can be asked in this way."""
    asked = {each["id"]: each["polars"]["streamed"] for each in invariants if each["polars"]["streamed"] is not None}
    if not asked or any(frame[field["name"]].null_count() for field in state if not field["nullable"]):
        return None
    rows, kinds = _with_hoisted(frame, asked.values()), frame.schema
    unproven = {field["name"] for field in state if proof(field) == "sum"}
    questions = {id: question(texts, unproven) for id, texts in asked.items()}
    fields = {
        name: OfField(field, kinds[name], is_proven=name not in unproven) for field in state if (name := field["name"])
    }
    found = _answers(rows, {**fields, **questions})
    tolerances = {id: each for id, each in questions.items() if isinstance(each, OfTolerance)}
    if not all(each.shows(found[name]) for name, each in (fields | tolerances).items()):
        return None
    totals = {id: each.answer(found[id]) for id, each in questions.items()}
    # Where numbers are so large that the relative tolerance counts, each row has its own.
    again = {id: OfMeasure(asked[id]) for id in tolerances if totals[id] is None}
    if again:
        found = _answers(rows, again)
        totals |= {id: each.answer(found[id]) for id, each in again.items()}
    return Streamed(rows, asked, {id: total for id, total in totals.items() if total is not None})


def _with_hoisted(frame: pl.DataFrame, asked: Iterable[Mapping[str, Any]]) -> pl.DataFrame:
    """The rows with what they look back on beside them, each built from the columns ahead of it."""
    found = {name: frame.get_column(name) for name in frame.columns}
    for spec in (spec for texts in asked for spec in texts["hoisted"]):
        if spec["name"] not in found:
            found[spec["name"]] = _hoisted(spec, frame, found).alias(spec["name"])
    return frame.hstack([found[name] for name in list(found)[frame.width :]])


def _hoisted(spec: Mapping[str, Any], frame: pl.DataFrame, found: Mapping[str, pl.Series]) -> pl.Series:
    column = spec["column"]
    values = frame.select(expression(spec["arg"])).to_series() if column is None else found[column]
    if spec["op"] != "prev":
        return running(values, spec["op"])
    # The values themselves, one after some nulls: to shift them would copy them.
    rows = min(spec["rows"], len(values))
    earlier: pl.Series = polars().Series([None] * rows, dtype=values.dtype).append(values.slice(0, len(values) - rows))
    return earlier


def _answers(rows: pl.DataFrame, questions: Mapping[str, OfField | Question]) -> dict[str, dict[str, Any]]:
    """What one query finds for each question."""
    columns = [
        column.alias(f"{place}.{name}")
        for place, each in enumerate(questions.values())
        for name, column in each.columns.items()
    ]
    asks = [(place, ask) for place, each in enumerate(questions.values()) for ask in each.asks]
    reductions = [_reduced(f"{place}.{ask}") for place, ask in asks]
    row = rows.lazy().select(columns).select(reductions).collect(engine="streaming").row(0)
    found: dict[str, dict[str, Any]] = {id: {} for id in questions}
    ids = list(questions)
    for (place, ask), value in zip(asks, row, strict=True):
        found[ids[place]][ask] = value
    return found


_REDUCED: Mapping[str, Callable[[pl.Expr], pl.Expr]] = {
    "all": lambda column: column.all(),
    "any": lambda column: column.any(),
    "sum": lambda column: column.sum(),
    "nulls": lambda column: column.null_count(),
    "least": lambda column: column.min(),
    "most": lambda column: column.max(),
}


@lru_cache(maxsize=1024)
def _reduced(ask: str) -> pl.Expr:
    name, _, key = ask.rpartition(".")
    return _REDUCED[key](polars().col(name)).alias(ask)
