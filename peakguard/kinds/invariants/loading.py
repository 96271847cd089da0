"""Makes functions of the text of a monitor, which is generated from typed IR and never a policy's own."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Any

from peakguard.kinds.invariants.intake_values import moment
from peakguard.kinds.invariants.tally import used
from peakguard.runtime.scalar import NAMESPACE

_NAMES = {
    "DATE_0": date,
    "DATETIME_0": datetime,
    "Exception": Exception,
    "BOOL_0": bool,
    "INT_0": int,
    "LIST_0": list,
    "MOMENT_0": moment,
    "STR_0": str,
    "TIMEDELTA_0": timedelta,
    "TypeError": TypeError,
    "USED_0": used,
    "UTC_0": UTC,
}


@lru_cache(maxsize=256)
def load_monitor(text: str) -> Callable[..., Any]:
    """The function `make` of a text."""
    namespace = {**NAMESPACE, **_NAMES, "__builtins__": {}}
    exec(compile(text, "<peakguard monitor>", "exec"), namespace)  # noqa: S102 # generated from typed IR
    make: Callable[..., Any] = namespace["make"]
    return make
