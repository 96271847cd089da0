"""Names of environment variables that override fields."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from peakguard.kinds.config.parts import part_at


def variable_of(prefix: str, separator: str, keys: Sequence[str]) -> str:
    """The variable of a path: `APP_RISK__MAX_DRAWDOWN` of `risk.max_drawdown`."""
    return prefix + separator.join(key.upper().replace("-", "_") for key in keys)


def variable_in_words(environment: Mapping[str, Any], fields: Mapping[str, Any], path: Sequence[str]) -> str:
    """The variable that gives a field its value, as a message names it."""
    part = part_at(fields, path)
    if part is not None and part.get("env") is not None:
        return f"`{part['env']}`"
    if environment["prefix"] is None:
        return "a variable (the policy names none: give the field `env`, or the policy a prefix)"
    return f"`{variable_of(environment['prefix'], environment['separator'], path)}`"
