"""Values of a context as text for people and as JSON for machines."""

from __future__ import annotations

import math
import numbers
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from peakguard.diagnostics.template import fill, placeholders

LONGEST = 200
"""Characters of one value that a sentence shows."""
_DEPTH = 6


def sentence(template: str, context: Mapping[str, Any]) -> str:
    """A template with its placeholders filled; a value that is not there shows as `<name>`."""
    values = {place.name: f"<{place.name}>" for place in placeholders(template) if place.name}
    return fill(template, {**values, **{name: written(value) for name, value in context.items()}})


def written(value: Any, longest: int = LONGEST) -> str:
    """A value as a message shows it; never raises, whatever a foreign `__str__` does."""
    if isinstance(value, bool):
        return "true" if value else "false"
    try:
        text = value.isoformat() if isinstance(value, date | datetime) else str(value)
    except Exception as error:  # noqa: BLE001 # the error at hand must not be lost to one in showing it
        return f"<{type(value).__name__} that cannot be shown: {type(error).__name__}>"
    text = text.replace("+00:00", "Z") if isinstance(value, datetime) else text
    return text if len(text) <= longest else f"{text[:longest]}…"


def as_json(value: Any, depth: int = _DEPTH) -> Any:
    """A value of JSON that says the same: numbers stay numbers, but NaN, infinities and what JSON lacks are text."""
    if value is None or isinstance(value, bool | str):
        return value
    if isinstance(value, numbers.Integral):
        return int(value)
    if isinstance(value, numbers.Real):
        return float(value) if math.isfinite(value) else str(float(value))
    if depth > 0 and isinstance(value, Mapping):
        return {str(key): as_json(each, depth - 1) for key, each in value.items()}
    if depth > 0 and isinstance(value, list | tuple | set | frozenset):
        return [as_json(each, depth - 1) for each in value]
    return written(value)
