"""The plan that Polars makes of generated expressions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from peakguard.engines.polars.expressions import expression
from peakguard.engines.polars.library import polars
from peakguard.engines.polars.types import to_dtype


def optimised_plan(columns: Sequence[Mapping[str, Any]], texts: Mapping[str, str]) -> str:
    """The optimised plan of one query that evaluates every text; `columns` as in the plan of a contract."""
    schema = {column["name"]: to_dtype(column["type"], column["values"]) for column in columns}
    frame = polars().LazyFrame(schema=schema)
    made = [expression(text).alias(name) for name, text in texts.items()]
    return str(frame.select(made).explain(engine="streaming"))
