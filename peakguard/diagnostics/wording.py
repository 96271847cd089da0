"""Turns a code and its data into sentences; the templates come from the generated catalog."""

import math
import sys
from collections.abc import Mapping, Sequence
from typing import Any

from peakguard.diagnostics.catalog import CATALOG
from peakguard.diagnostics.template import fill


def message(code: str, data: Mapping[str, Any]) -> str:
    """What is wrong, in one sentence."""
    return fill(CATALOG[code].message, {name: str(value) for name, value in data.items()})


def hint(code: str, data: Mapping[str, Any]) -> str:
    """What to do about it; empty when the catalog has no hint."""
    return fill(CATALOG[code].hint, {name: str(value) for name, value in data.items()})


def did_you_mean(name: str, known: Sequence[str]) -> str:
    """A sentence that offers the known name nearest to a mistyped one; empty when none is near."""
    from difflib import get_close_matches

    near = get_close_matches(name, known, n=1, cutoff=0.6)
    return f"Did you mean `{near[0]}`? " if near else ""


def divide_by(unit: str, share: int) -> str:
    """A sentence that says how a value in percent or basis points becomes a fraction."""
    return f"Divide the value in {unit} by {share}. "


def between(low: Any, high: Any) -> str:
    """A sentence with bounds (int, float, Decimal), such as `Its values are 0 to 23. `; empty if they say nothing."""
    if low == high:
        return f"Only {_number(low)} is possible. "
    is_least, least = _bound(low, -math.inf)
    is_most, most = _bound(high, math.inf)
    if least and most and is_least and is_most:
        return f"Its values are {least} to {most}. "
    lower = least and (f"{least} or more" if is_least else f"more than {least}")
    upper = most and (f"{most} or less" if is_most else f"less than {most}")
    if lower or upper:
        return f"Its values are {' and '.join(filter(None, (lower, upper)))}. "
    return "Its values are finite numbers. " if -low == high == _LARGEST else ""


def _bound(value: Any, side: float) -> tuple[bool, str]:
    """Whether a bound is itself among the values, and how it is written; empty where its type alone has it."""
    if abs(value) >= _LARGEST or value in (-(2**63), 2**63 - 1):
        return True, ""
    if isinstance(value, float):
        # The float next to a round number is what `> 2` leaves of `2`.
        for beside in (0.0, float(f"{value:.15g}")):
            if value == math.nextafter(beside, -side):
                return False, _number(beside)
    return True, _number(value)


def _number(value: Any) -> str:
    if not isinstance(value, float):
        return str(value)
    short = f"{value:.15g}"
    return short if float(short) == value else repr(value)


_LARGEST = sys.float_info.max
