"""Values of a record as JSON has them, bounded in depth and length."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from peakguard.runtime.secret_forms import STRUCK
from peakguard.runtime.secrets import remember, secret_in

_PLAIN = (str, int, bool, type(None))
_SEQUENCES = (list, tuple, set, frozenset)
_MOST = 1000
"""Members of a list or a table that are written."""


def bounded(value: Any, depth: int) -> Any:
    """The value as JSON has it; what JSON has no form for, or what is nested too deep, becomes text. Never raises."""
    try:
        return _bounded(value, depth)
    except Exception:  # noqa: BLE001 # a class of the program's own
        return as_text(value)


def _bounded(value: Any, depth: int) -> Any:
    kind = type(value)
    if kind in _PLAIN:
        return value
    if kind is float:
        return value if value - value == 0 else str(value)
    if isinstance(value, bool | int | str) and not hasattr(value, "get_secret_value"):
        return str(value) if isinstance(value, str) else int(value)
    if isinstance(value, float):
        return bounded(float(value), depth)
    if depth > 0 and isinstance(value, Mapping):
        pairs = list(value.items())
        table = {as_text(key): bounded(each, depth - 1) for key, each in pairs[:_MOST]}
        return table if len(pairs) <= _MOST else {**table, "…": f"{len(pairs) - _MOST:,} more"}
    if depth > 0 and isinstance(value, _SEQUENCES):
        items = [bounded(each, depth - 1) for each in list(value)[:_MOST]]
        return items if len(value) <= _MOST else [*items, f"… {len(value) - _MOST:,} more"]
    return as_text(value)


def as_text(value: Any) -> str:
    """A value as text; one of a secret type is struck out, here and from now on everywhere."""
    secret = secret_in(value)
    if secret is not None:
        remember(secret)
        return STRUCK
    try:
        return str(value)
    except Exception:  # noqa: BLE001 # a class of the program's own
        return f"<{type(value).__name__} that cannot be shown>"
