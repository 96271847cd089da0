"""All operations that need no order, from their tables."""

from __future__ import annotations

from peakguard.expression.emit.polars import Writer
from peakguard.expression.emit.polars_aggregate import AGGREGATE
from peakguard.expression.emit.polars_arithmetic import ARITHMETIC
from peakguard.expression.emit.polars_each import EACH
from peakguard.expression.emit.polars_function import FUNCTION
from peakguard.expression.emit.polars_relation import RELATION

PLAIN: dict[str, Writer] = {**ARITHMETIC, **RELATION, **FUNCTION, **AGGREGATE, **EACH}
