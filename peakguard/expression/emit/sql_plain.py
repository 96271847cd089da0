"""All operations that are no aggregate, from their tables."""

from __future__ import annotations

from peakguard.expression.emit.sql import Writer
from peakguard.expression.emit.sql_arithmetic import ARITHMETIC
from peakguard.expression.emit.sql_each import EACH
from peakguard.expression.emit.sql_function import FUNCTION
from peakguard.expression.emit.sql_ordered import ORDERED
from peakguard.expression.emit.sql_relation import RELATION
from peakguard.expression.emit.sql_time import TIME

PLAIN: dict[str, Writer] = {**ARITHMETIC, **RELATION, **FUNCTION, **ORDERED, **TIME, **EACH}
