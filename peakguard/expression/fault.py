"""A fault in an expression, placed in its text."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple


class Fault(NamedTuple):
    """A catalogued code, its place as code-point offsets into the expression (end exclusive), and its data."""

    code: str
    start: int
    end: int
    data: Mapping[str, Any]


def fault(code: str, start: int, end: int, **data: Any) -> Fault:
    """A fault with its data as keywords."""
    return Fault(code, start, end, data)
