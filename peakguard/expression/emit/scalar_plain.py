"""All operations of one row, from their tables."""

from __future__ import annotations

from peakguard.expression.emit.scalar_arithmetic import ARITHMETIC
from peakguard.expression.emit.scalar_calendar import CALENDAR
from peakguard.expression.emit.scalar_each import EACH
from peakguard.expression.emit.scalar_function import FUNCTION
from peakguard.expression.emit.scalar_logic import LOGIC
from peakguard.expression.emit.scalar_relation import RELATION
from peakguard.expression.emit.scalar_writer import Operation

PLAIN: dict[str, Operation] = {**ARITHMETIC, **RELATION, **LOGIC, **FUNCTION, **CALENDAR, **EACH}
