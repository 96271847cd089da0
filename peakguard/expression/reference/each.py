"""What a generator means: from the value of each element, and whether it is kept, to one value for the row."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from peakguard.expression.reference.aggregate import AGGREGATE
from peakguard.expression.reference.row import kleene_and, kleene_or
from peakguard.expression.typed import Typed

Values = list[Any]
Kept = list["bool | None"]


def _strict(aggregate: str) -> Callable[[Typed, Values, Kept], Any]:
    """Null where it is unknown whether an element is kept, or a kept element is null."""

    def over(node: Typed, values: Values, kept: Kept) -> Any:
        if None in kept:
            return None
        found = [value for value, keep in zip(values, kept, strict=True) if keep]
        if any(each is None for each in found):
            return None
        return AGGREGATE[aggregate](node, found)

    return over


def _count(node: Typed, values: Values, kept: Kept) -> int | None:
    is_test = node.args[1].type.kind == "bool"
    if None in kept:
        return None
    found = [value for value, keep in zip(values, kept, strict=True) if keep]
    if any(each is None for each in found):
        return None
    return sum(each is True or not is_test for each in found)


def _all(node: Typed, values: Values, kept: Kept) -> bool | None:
    return kleene_and(*(_implied(keep, value) for value, keep in zip(values, kept, strict=True)))


def _any(node: Typed, values: Values, kept: Kept) -> bool | None:
    return kleene_or(*(kleene_and(keep, value) for value, keep in zip(values, kept, strict=True)))


def _implied(keep: bool | None, value: bool | None) -> bool | None:
    return kleene_or(None if keep is None else not keep, value)


EACH: dict[str, Callable[[Typed, Values, Kept], Any]] = {
    "each_all": _all,
    "each_any": _any,
    "each_count": _count,
    "each_max": _strict("max_of"),
    "each_mean": _strict("mean"),
    "each_min": _strict("min_of"),
    "each_sum": _strict("sum"),
}
