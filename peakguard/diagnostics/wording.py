"""Turns a code and its data into sentences; the templates come from the generated catalog."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
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


def between(low: float | Decimal, high: float | Decimal) -> str:
    """Bounds in words, such as `0 to 23`; empty where they say nothing."""
    least, most = abs(float(low)), abs(float(high))
    has_low, has_high = least < _LARGEST, most < _LARGEST
    if has_low and has_high:
        return f"only {low} is possible" if low == high else f"the values are {low} to {high}"
    if has_low:
        return f"the values are {low} or more"
    if has_high:
        return f"the values are {high} or less"
    return "the values are finite numbers" if max(least, most) <= _LARGEST else ""


_LARGEST = 1.7976931348623157e308
