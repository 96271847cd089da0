"""Which values read well, from the plainest on: small whole numbers, short decimals, days of one month."""

from __future__ import annotations

from datetime import date
from typing import Any

import z3

from peakguard.api.rule_testing.missing.prover import days
from peakguard.api.rule_testing.missing.prover.variables import Leaf

TIERS = 4
_LETTER = z3.Union(z3.Range("a", "z"), z3.Range("A", "Z"))
_PLAIN = z3.Plus(_LETTER)
_WORDS = z3.Plus(z3.Union(_LETTER, z3.Range("0", "9")))
_PRINTED = z3.Plus(z3.Range(" ", "~"))
_NEW_YEAR = days.number_of(date(2026, 1, 1))
_DAYS = ((_NEW_YEAR, 30), (_NEW_YEAR, 364), (days.number_of(date(2000, 1, 1)), 20_000), (days.FIRST, 3_600_000))
_TICKS = ((86_400, 30), (3_600, 800), (60, 1_000_000), (1, 2_000_000_000))
"""The step in seconds, and how many of them."""
_LENGTHS = ((3_600, 24), (60, 1_000), (1, 1_000_000), (1, 10**9))
_WHOLE = (10, 100, 10_000, 10**9)
_FLOATS = ((10, 1), (100, 10), (10_000, 100), (10**9, 10**6))
"""The largest size, and how many parts a unit is divided into."""


def readable(leaf: Leaf, tier: int) -> Any:
    """That a value is as plain as this."""
    term, type = leaf.cell.term, leaf.type
    match type.kind:
        case "int64":
            return _within(term, 0 if tier < 2 else -_WHOLE[tier], _WHOLE[tier])
        case "float64" | "decimal":
            most, parts = _FLOATS[tier]
            return z3.And(_within(term, 0 if tier < 2 else -most, most), z3.IsInt(term * parts))
        case "date":
            start, count = _DAYS[tier]
            return _within(term, start, start + count)
        case "datetime":
            step, count = _TICKS[tier]
            ticks, start = days.PER_SECOND[type.unit], _NEW_YEAR * 86_400
            return z3.And(_within(term, start * ticks, (start + step * count) * ticks), term % (step * ticks) == 0)
        case "duration":
            step, count = _LENGTHS[tier]
            ticks = days.PER_SECOND[type.unit]
            return z3.And(_within(term, 0, step * count * ticks), term % (step * ticks) == 0)
        case "string":
            short = z3.Length(term) <= (1, 3, 8, 40)[tier]
            return z3.And(short, z3.InRe(term, (_PLAIN, _WORDS, _PRINTED, _PRINTED)[tier]))
        case _:
            return z3.BoolVal(True)  # its only argument


def _within(term: Any, low: int, high: int) -> Any:
    return z3.And(term >= low, term <= high)
