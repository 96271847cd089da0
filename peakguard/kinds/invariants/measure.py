"""How close a verdict was: the distance from a bound, or the share of a tolerance that was used.

An invariant that is one comparison of numbers, or several joined by `and`, has a measure; others have none.
"""

from __future__ import annotations

from typing import NamedTuple

from peakguard.expression.emit.scalar_arithmetic import is_exact, unconverted
from peakguard.expression.typed import Typed

_DIRECTIONS = {"ge": 1, "gt": 1, "le": -1, "lt": -1}
_NUMBERS = ("int64", "float64")
MOST = 4
"""Comparisons joined by `and` of which each is measured."""


class Measure(NamedTuple):
    """`kind` is `distance`, of `large` above `small`, or `used`, the share of `tolerances` that is between the two."""

    kind: str
    large: Typed
    small: Typed
    tolerances: tuple[float, float] = (0.0, 0.0)


def measures(root: Typed) -> tuple[Measure, ...]:
    """The measures of all parts of a verdict, all of one kind; none where a part has none."""
    parts = root.args if root.op == "and" else (root,)
    found = [_measure(part) for part in parts] if len(parts) <= MOST else []
    kept = tuple(each for each in found if each is not None)
    return kept if len(kept) == len(parts) and len({each.kind for each in kept}) == 1 else ()


def _measure(part: Typed) -> Measure | None:
    if part.op == "close":
        a, b = part.args
        return Measure("used", a, b, part.value)
    if part.op not in _DIRECTIONS:
        return None
    args = tuple(unconverted(arg) if is_exact(unconverted(arg)) else arg for arg in part.args)
    if any(arg.type.kind not in _NUMBERS for arg in args):
        return None
    left, right = args
    return Measure("distance", left, right) if _DIRECTIONS[part.op] > 0 else Measure("distance", right, left)
