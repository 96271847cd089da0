"""Turns a code and its data into sentences; the templates come from the generated catalog."""

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
