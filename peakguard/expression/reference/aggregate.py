"""What each operation on all rows of a group means: from the values that are not null to one value."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from peakguard.expression.limits import MAX_INTEGER, MIN_INTEGER
from peakguard.expression.typed import Typed


def _sum(node: Typed, values: list[Any]) -> Any:
    if node.type.kind == "int64":
        total = sum(values)
        return total if MIN_INTEGER <= total <= MAX_INTEGER else None
    return _float_sum(values)


def _float_sum(values: list[float]) -> float:
    if all(math.isfinite(each) for each in values):
        try:
            return math.fsum(values)
        except OverflowError:
            return sum(values)
    return sum(values)


def _mean(node: Typed, values: list[float]) -> float | None:
    return _float_sum(values) / len(values) if values else None


def _std(node: Typed, values: list[float]) -> float | None:
    if len(values) < 2:
        return None
    mean = _float_sum(values) / len(values)
    squares = _float_sum([(each - mean) * (each - mean) for each in values])
    return math.sqrt(squares / (len(values) - 1))


def _quantile(q: float, values: list[float]) -> float | None:
    if not values:
        return None
    if any(each != each for each in values):
        return math.nan
    ranked = sorted(values)
    position = q * (len(ranked) - 1)
    low = math.floor(position)
    high = min(low + 1, len(ranked) - 1)
    if ranked[low] == ranked[high] or position == low:
        return ranked[low]
    return ranked[low] + (ranked[high] - ranked[low]) * (position - low)


def _most(node: Typed, values: list[Any]) -> Any:
    if any(each != each for each in values):
        return math.nan
    return max(values, default=None)


def _least(node: Typed, values: list[Any]) -> Any:
    if any(each != each for each in values):
        return math.nan
    return min(values, default=None)


def _distinct(node: Typed, values: list[Any]) -> int:
    return len({"NaN" if each != each else each for each in values})


AGGREGATE: dict[str, Callable[[Typed, list[Any]], Any]] = {
    "count": lambda node, values: values.count(True),
    "max_of": _most,
    "mean": _mean,
    "median": lambda node, values: _quantile(0.5, values),
    "min_of": _least,
    "n_unique": _distinct,
    "quantile": lambda node, values: _quantile(node.value, values),
    "share": lambda node, values: values.count(True) / len(values) if values else None,
    "std": _std,
    "sum": _sum,
}
