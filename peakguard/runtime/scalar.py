"""Makes functions of the text of scalar rules, which is generated from typed IR and never a policy's own."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any, NamedTuple

from peakguard.runtime import scalar_functions as functions
from peakguard.runtime import scalar_lists as lists
from peakguard.runtime import scalar_windows as windows
from peakguard.runtime.pattern import matcher

NAMESPACE: dict[str, Any] = {
    "Decimal": Decimal,
    "INF": math.inf,
    "NAN": math.nan,
    "UNSET": object(),
    "abs": abs,
    "all": all,
    "any": any,
    "by_zero": functions.by_zero,
    "ceil": math.ceil,
    "clock": functions.clock,
    "date": date,
    "day_after_1970": functions.day_after_1970,
    "decimal_abs": functions.EXACT.abs,
    "decimal_add": functions.EXACT.add,
    "decimal_mul": functions.EXACT.multiply,
    "decimal_neg": functions.EXACT.minus,
    "decimal_sub": functions.EXACT.subtract,
    "deque": deque,
    "each_all": lists.each_all,
    "each_any": lists.each_any,
    "each_max": lists.each_max,
    "each_mean": lists.each_mean,
    "each_min": lists.each_min,
    "each_sum": windows.rolling_sum,
    "exp": math.exp,
    "exp_or_infinity": functions.exp_or_infinity,
    "float": float,
    "floor": math.floor,
    "frozenset": frozenset,
    "isclose": math.isclose,
    "isfinite": math.isfinite,
    "len": len,
    "log": math.log,
    "log_or_not": functions.log_or_not,
    "lower": functions.lower,
    "matcher": matcher,
    "max": max,
    "max_or_nan": functions.max_or_nan,
    "min": min,
    "min_or_nan": functions.min_or_nan,
    "rolling_max": windows.rolling_max,
    "rolling_mean": windows.rolling_mean,
    "rolling_min": windows.rolling_min,
    "rolling_std": windows.rolling_std,
    "rolling_sum": windows.rolling_sum,
    "round": round,
    "sign": functions.sign,
    "sqrt": math.sqrt,
    "sum": sum,
    "upper": functions.upper,
    "zone": functions.zone,
}
"""Every name that generated text may use besides its own."""


class Ordered(NamedTuple):
    """A rule that remembers rows. `start()` gives the state of one group; `step(state, …)` takes its next row.

    `step` is called once for every row, in order, and changes the state; it gives the value for that row.
    """

    start: Callable[[], list[Any]]
    step: Callable[..., Any]


def load_scalar(text: str) -> Callable[..., Any]:
    """The function `rule` of a text; its arguments are canonical values (see `runtime.values`) or None."""
    rule: Callable[..., Any] = _loaded(text)["rule"]
    return rule


def load_ordered(text: str) -> Ordered:
    """The functions `start` and `step` of a text with ordered operations."""
    found = _loaded(text)
    return Ordered(found["start"], found["step"])


@lru_cache(maxsize=4096)
def _loaded(text: str) -> dict[str, Any]:
    namespace = {**NAMESPACE, "__builtins__": {}}
    exec(compile(text, "<peakguard rule>", "exec"), namespace)  # noqa: S102 # generated from typed IR
    return namespace
