"""How close invariants came to their bounds over the steps of a result, in as many pieces as a picture can show."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from peakguard.engines.polars.library import polars
from peakguard.engines.polars.step_rows import STEP, step_rows
from peakguard.engines.polars.step_totals import measure
from peakguard.runtime.margin import Margin, Piece

if TYPE_CHECKING:
    import polars as pl

PIECES = 400


def margins(
    table: Mapping[str, Any], data: pl.DataFrame, drawn: Iterator[bool], *, is_text: bool, is_json: bool
) -> tuple[Margin, ...]:
    """The margins of all invariants that have a measure; of several comparisons the closest counts."""
    rows = step_rows(table, data, drawn, is_text=is_text, is_json=is_json).sound
    if not rows.height:
        return ()
    return tuple(_margin(each, rows) for each in table["invariants"] if each["polars"]["measures"])


def _margin(each: Mapping[str, Any], rows: pl.DataFrame) -> Margin:
    library = polars()
    parts = [measure(*part) for part in each["polars"]["measures"]]
    kind = each["polars"]["measures"][0][0]
    fold = library.max_horizontal if kind == "used" else library.min_horizontal
    values = rows.select(STEP, fold(part.fill_nan(None) for part in parts).alias("value"))
    width = max(1, -(-rows.height // PIECES))
    col = library.col
    pieces = (
        values.with_row_index("__row")
        .group_by((col("__row") // width).alias("piece"), maintain_order=True)
        .agg(col(STEP).first(), col("value").min().alias("least"), col("value").max().alias("most"))
    )
    found = tuple(Piece(int(row["__step"]), row["least"], row["most"]) for row in pieces.to_dicts())
    return Margin(each["id"], kind, found)
