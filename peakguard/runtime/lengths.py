"""Lengths of time as people write them, such as `1h30m`."""

from __future__ import annotations

import re

LENGTH = re.compile(r"(?:[0-9]+(?:\.[0-9]+)?(?:ns|us|ms|s|m|h|d|w))+", re.ASCII)
"""Numbers, each with its unit."""
_PART = re.compile(r"([0-9]+(?:\.[0-9]+)?)(ns|us|ms|s|m|h|d|w)", re.ASCII)
_NANOSECONDS = {
    "ns": 1,
    "us": 10**3,
    "ms": 10**6,
    "s": 10**9,
    "m": 60 * 10**9,
    "h": 3600 * 10**9,
    "d": 86_400 * 10**9,
    "w": 7 * 86_400 * 10**9,
}


def nanoseconds(length: str) -> int:
    """The nanoseconds of a text that `LENGTH` matches; what is less than one is dropped."""
    from decimal import Decimal

    parts = _PART.findall(length)
    return int(sum((Decimal(amount) * _NANOSECONDS[unit] for amount, unit in parts), Decimal(0)))
