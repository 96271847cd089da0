"""How much a backtracking engine may have to try on a portable pattern."""

from __future__ import annotations

from typing import NamedTuple

from peakguard.runtime.pattern_tree import Parts, read_pattern

MAX_STEPS = 100
"""Of a linear pattern, for each character of a value."""

_MANY = 10**6
"""Beyond this nobody counts."""


class Cost(NamedTuple):
    """Of a piece of a pattern: in how many `ways` it can match, not counting its `endless` repeats, and its size."""

    ways: int = 1
    endless: int = 0
    size: int = 0


def degree(pattern: str) -> int | None:
    """The power of a value's length with which the steps of backtracking may grow; None where it is no power.

    That is the number of endless repeats one after the other; one inside another blows up. Sound, not complete:
    of `[A-Z]+(?:/[A-Z]+)?` it says 2, for it does not see that the slash decides.
    """
    found = read_pattern(pattern, Parts(lambda _: Cost(size=1), _in_order, _any_of, _repeated))
    if found.endless >= _MANY or found.ways * max(found.size, 1) > MAX_STEPS:
        return None
    return found.endless


def _in_order(parts: list[Cost]) -> Cost:
    total = Cost()
    for part in parts:
        total = Cost(_bounded(total.ways * part.ways), total.endless + part.endless, total.size + part.size)
    return total


def _any_of(branches: list[Cost]) -> Cost:
    total = Cost(0)
    for branch in branches:
        ways = _bounded(total.ways + branch.ways)
        total = Cost(ways, max(total.endless, branch.endless), total.size + branch.size)
    return total


def _repeated(part: Cost, least: int, most: int | None) -> Cost:
    if most is None:
        # Endless times something that matches in several ways is what blows up.
        endless = 1 if part.ways == 1 and not part.endless else _MANY
        return Cost(part.ways, endless, part.size * max(least, 1))
    ways = 0
    for count in range(least, most + 1):
        ways = _bounded(ways + _bounded(part.ways) ** min(count, 20))
    return Cost(ways, _bounded(part.endless * most), part.size * most)


def _bounded(ways: int) -> int:
    return min(ways, _MANY)
