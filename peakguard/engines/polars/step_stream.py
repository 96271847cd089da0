"""Whether every step of a long result keeps what is asked of it: one query that takes the rows in pieces."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from peakguard.engines.polars.expressions import expression
from peakguard.engines.polars.library import polars
from peakguard.engines.polars.odd_values import proof
from peakguard.engines.polars.running import running
from peakguard.engines.polars.step_nearest import NearestRows
from peakguard.engines.polars.step_query import answers
from peakguard.engines.polars.step_questions import OfEnds, OfField, OfTolerance, OfVerdict, question
from peakguard.engines.polars.step_totals import Total

if TYPE_CHECKING:
    import polars as pl

FROM = 250_000
"""Rows from which on this is faster than columns made one after the other, also where closest calls are asked for."""
Fields = Sequence[Mapping[str, Any]]
Invariant = Mapping[str, Any]
Texts = Mapping[str, Mapping[str, Any]]


class Streamed:
    """The totals of the invariants that surely no step breaks, by their ids, and their closest calls."""

    def __init__(self, totals: Mapping[str, Total], nearest: NearestRows) -> None:
        self.totals = totals
        self.nearest = nearest


def streamed(frame: pl.DataFrame, state: Fields, invariants: Sequence[Invariant]) -> Streamed | None:
    """What such a query finds; None where a value may be odd, or nothing can be asked in this way."""
    asked = {each["id"]: each["polars"]["streamed"] for each in invariants if each["polars"]["streamed"] is not None}
    if not asked or any(frame[field["name"]].null_count() for field in state if not field["nullable"]):
        return None
    rows = _with_hoisted(frame, asked.values())
    orders = {texts["orders"]: id for id, texts in asked.items() if texts["orders"]}
    unproven = {field["name"] for field in state if proof(field) == "sum"} - set(orders)
    questions = {id: question(texts, unproven) for id, texts in asked.items()}
    fields = {field["name"]: _of_field(field, frame, orders, unproven) for field in state}
    found = answers(rows, {**fields, **questions})
    totals = {id: each.answer(found[id]) for id, each in questions.items()}
    # What is not in order somewhere is broken there, and its ends tell nothing.
    if any(totals[id] is None for id in orders.values()):
        return None
    tolerances = {id: each for id, each in questions.items() if isinstance(each, OfTolerance)}
    if not all(each.shows(found[name]) for name, each in (fields | tolerances).items()):
        return None
    # Where numbers are so large that the relative tolerance counts, each row has its own.
    again = {id: OfVerdict(asked[id]) for id in tolerances if totals[id] is None}
    found = answers(rows, again)
    totals |= {id: each.answer(found[id]) for id, each in again.items()}
    kept = {id: total for id, total in totals.items() if total is not None}
    measured = _measured(kept, invariants)
    known = {id: kept[id] for id in measured if id in tolerances and id not in again}
    return Streamed(kept, NearestRows(rows, measured, known))


def _measured(kept: Mapping[str, Total], invariants: Sequence[Invariant]) -> Texts:
    """The texts of those whose closest call may be asked for; what the unknown breaks is looked into row by row."""
    asked = {each["id"]: each["polars"]["streamed"] for each in invariants if each["id"] in kept}
    broken = {each["id"] for each in invariants if each["on_null"] == "fail" and kept.get(each["id"], Total(0)).unknown}
    return {id: texts for id, texts in asked.items() if texts["measures"] and id not in broken}


def _of_field(
    field: Mapping[str, Any], frame: pl.DataFrame, orders: Mapping[str, str], unproven: set[str]
) -> OfField | OfEnds:
    values = frame.get_column(field["name"])
    if field["name"] in orders and proof(field) in ("sum", "ticks"):
        return OfEnds(field, values)
    return OfField(field, values.dtype, is_proven=field["name"] not in unproven)


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
