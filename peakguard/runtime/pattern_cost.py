"""How much a backtracking engine may have to try on a portable pattern.

A portable pattern (expression/patterns.py) consists of sets, characters, `(?:…)`, `|` and repeats, nothing else.
"""

from __future__ import annotations

import re
from typing import NamedTuple

MAX_STEPS = 100
"""Of a linear pattern, for each character of a value."""

TOKEN = re.compile(r"\[(?:[^\]\\]|\\.)*\]|\\x[0-9a-f]{2}|\\.|\(\?:|[*+?]|\{[0-9]+(?:,[0-9]*)?\}|.", re.DOTALL)
"""One character, set, repeat or parenthesis of a portable pattern."""

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
    tokens = TOKEN.findall(pattern)
    found, _ = _alternatives(tokens, 0)
    if found.endless >= _MANY or found.ways * max(found.size, 1) > MAX_STEPS:
        return None
    return found.endless


def _alternatives(tokens: list[str], at: int) -> tuple[Cost, int]:
    """The cost up to the closing parenthesis or the end, and the place behind it."""
    total, branch = Cost(0), Cost()
    while at < len(tokens) and tokens[at] != ")":
        if tokens[at] == "|":
            total, branch = _either(total, branch), Cost()
            at += 1
            continue
        if tokens[at] == "(?:":
            atom, at = _alternatives(tokens, at + 1)
        else:
            atom, at = Cost(size=1), at + 1
        if at < len(tokens) and tokens[at][0] in "*+?{":
            atom, at = _repeated(atom, tokens[at]), at + 1
        branch = Cost(_bounded(branch.ways * atom.ways), branch.endless + atom.endless, branch.size + atom.size)
    return _either(total, branch), at + 1


def _either(one: Cost, other: Cost) -> Cost:
    return Cost(_bounded(one.ways + other.ways), max(one.endless, other.endless), one.size + other.size)


def _repeated(atom: Cost, repeat: str) -> Cost:
    least, most = allowed_times(repeat)
    if most is None:
        # Endless times something that matches in several ways is what blows up.
        endless = 1 if atom.ways == 1 and not atom.endless else _MANY
        return Cost(atom.ways, endless, atom.size * max(least, 1))
    ways = 0
    for count in range(least, most + 1):
        ways = _bounded(ways + _bounded(atom.ways) ** min(count, 20))
    return Cost(ways, _bounded(atom.endless * most), atom.size * most)


def allowed_times(repeat: str) -> tuple[int, int | None]:
    """How often at least and at most, None where nothing bounds it."""
    if repeat == "?":
        return 0, 1
    if repeat in "*+":
        return int(repeat == "+"), None
    least, comma, most = repeat[1:-1].partition(",")
    return int(least), int(most) if most else None if comma else int(least)


def _bounded(ways: int) -> int:
    return min(ways, _MANY)
