"""Units of measure: how they are written, and how they multiply.

A unit is a product of powers of base units, each just a name: `usd`, `usd/share`, `usd^2`, `1/s`. `fraction` and
`1` are the dimensionless unit; `percent` and `bps` are units of their own, so that 2 % is never taken for 2.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from fractions import Fraction
from functools import lru_cache
from typing import TypeAlias

Unit: TypeAlias = tuple[tuple[str, Fraction], ...]
"""Base units with their powers, sorted by name; none of them is 0."""

ONE: Unit = ()
SHARES = {"percent": 100, "bps": 10_000}
"""Base units that are parts of one, and how many of them make one."""

_TOKEN = re.compile(r"\s*(?:(?P<sign>[*/])|(?P<name>[A-Za-z][A-Za-z0-9_.-]*|1)(?:\^(?P<power>-?[0-9]{1,2}))?)\s*")
_FORM = "names joined by * and /, such as usd, usd/share or usd^2"


class UnitFault(Exception):
    """A text that is no unit: what is wrong with `text[start:end]`."""

    def __init__(self, start: int, end: int, problem: str) -> None:
        super().__init__(problem)
        self.start = start
        self.end = end
        self.problem = problem


@lru_cache(maxsize=1024)
def parse_unit(text: str) -> Unit:
    """The unit that a text names; raises UnitFault."""
    powers: list[tuple[str, Fraction]] = []
    position, sign, wants_name = 0, 1, True
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None or wants_name != (match["name"] is not None):
            raise UnitFault(position, len(text), f"a unit is written as {_FORM}")
        if match["name"] is None:
            sign = 1 if match["sign"] == "*" else -1
        elif match["name"] not in ("1", "fraction"):
            powers.append((match["name"], Fraction(sign * int(match["power"] or 1))))
        wants_name = not wants_name
        position = match.end()
    if wants_name:
        raise UnitFault(0, len(text), f"a unit is written as {_FORM}")
    return _product(powers)


def times(left: Unit, right: Unit, power: int = 1) -> Unit:
    """The unit of `left * right`, with a power of -1 that of `left / right`."""
    return _product([*left, *((name, each * power) for name, each in right)])


def root(unit: Unit) -> Unit:
    """The unit of a square root."""
    return tuple((name, power / 2) for name, power in unit)


def shown(unit: Unit) -> str:
    """A unit as it is written; dimensionless in words."""
    if not unit:
        return "no unit"
    above = [_power(name, power) for name, power in unit if power > 0]
    below = [_power(name, -power) for name, power in unit if power < 0]
    return "*".join(above or ["1"]) + "".join(f"/{each}" for each in below)


def _power(name: str, power: Fraction) -> str:
    return name if power == 1 else f"{name}^{power}"


def _product(powers: Iterable[tuple[str, Fraction]]) -> Unit:
    total: dict[str, Fraction] = {}
    for name, power in powers:
        total[name] = total.get(name, Fraction(0)) + power
    return tuple(sorted((name, power) for name, power in total.items() if power))
