"""What every form of the report on a gate says alike."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

SLOW = "Make the slowest checks quicker, move them to another profile, or raise the budget"


def headline(found: Mapping[str, Any]) -> str:
    """The verdict in a line."""
    observed = "" if found["mode"] == "enforce" else f" (mode {found['mode']}: nothing is stopped)"
    took = f"{found['seconds']:.1f} s of {found['budget']:g} s"
    return f"gate {found['gate']} {found['gate_version']}, {found['profile']}: {found['verdict']} in {took}{observed}"


def over_budget(found: Mapping[str, Any]) -> str | None:
    """What is said of a gate that took too long; None where it did not."""
    return (
        f"{found['seconds']:.1f} s is more than the {found['budget']:g} s it may take" if found["over_budget"] else None
    )
