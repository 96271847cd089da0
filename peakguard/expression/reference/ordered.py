"""What each operation on rows in order means: from the values of one group to a value for each of its rows."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from peakguard.expression.limits import MAX_INTEGER, MIN_INTEGER
from peakguard.expression.reference.aggregate import AGGREGATE
from peakguard.expression.typed import Typed


def fits(value: Any) -> Any:
    """The value, or null for an integer outside int64."""
    return None if type(value) is int and not MIN_INTEGER <= value <= MAX_INTEGER else value


def _prev(node: Typed, values: list[Any]) -> list[Any]:
    n: int = node.value
    return [values[index - n] if index >= n else None for index in range(len(values))]


def _rolling(aggregate: str) -> Callable[[Typed, list[Any]], list[Any]]:
    def rolling(node: Typed, values: list[Any]) -> list[Any]:
        n: int = node.value
        results: list[Any] = []
        for end in range(1, len(values) + 1):
            window = values[max(0, end - n) : end]
            full = len(window) == n and all(each is not None for each in window)
            results.append(fits(AGGREGATE[aggregate](node, window)) if full else None)
        return results

    return rolling


def _cumulated(join: Callable[[Any, Any], Any]) -> Callable[[Typed, list[Any]], list[Any]]:
    def cumulated(node: Typed, values: list[Any]) -> list[Any]:
        results: list[Any] = []
        so_far = None
        for each in values:
            if each is not None:
                so_far = each if so_far is None else join(so_far, each)
            results.append(None if each is None else fits(so_far))
        return results

    return cumulated


def _more(a: Any, b: Any) -> Any:
    return math.nan if a != a or b != b else max(a, b)


def _less(a: Any, b: Any) -> Any:
    return math.nan if a != a or b != b else min(a, b)


def _since(node: Typed, events: list[bool | None]) -> list[int | None]:
    results: list[int | None] = []
    last: int | None = None
    for index, happened in enumerate(events):
        last = index if happened else last
        results.append(None if last is None else index - last)
    return results


def _first(node: Typed, values: list[Any]) -> list[Any]:
    return values[:1] * len(values)


ORDERED: dict[str, Callable[..., list[Any]]] = {
    "cum_max": _cumulated(_more),
    "cum_min": _cumulated(_less),
    "cum_sum": _cumulated(lambda a, b: a + b),
    "first": _first,
    "prev": _prev,
    "rolling_max": _rolling("max_of"),
    "rolling_mean": _rolling("mean"),
    "rolling_min": _rolling("min_of"),
    "rolling_std": _rolling("std"),
    "rolling_sum": _rolling("sum"),
    "since": _since,
}
