"""Names of environment variables that override fields."""

from __future__ import annotations

from collections.abc import Sequence


def variable_of(prefix: str, separator: str, keys: Sequence[str]) -> str:
    """The variable of a path: `APP_RISK__MAX_DRAWDOWN` of `risk.max_drawdown`."""
    return prefix + separator.join(key.upper().replace("-", "_") for key in keys)
