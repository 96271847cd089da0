"""An event as JSON values, with OpenTelemetry's names for the parts of a log record."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from peakguard.runtime.events import Event

SEVERITIES = {"debug": "DEBUG", "info": "INFO", "warning": "WARN", "error": "ERROR"}
_DEEPEST = 4
_LONGEST = 500
_MOST = 50


def plain(event: Event) -> dict[str, Any]:
    """What `docs/event.schema.json` describes. Values of attributes are bounded in depth, number and length."""
    return {
        "event_name": event.name,
        "time_unix_nano": event.time_ns,
        "severity_text": SEVERITIES[event.severity],
        "trace_id": event.trace_id,
        "span_id": event.span_id,
        "run_id": event.run_id,
        "policy_set": event.policy_set,
        "attributes": {name: plain_value(value) for name, value in event.fields.items()},
    }


def plain_value(value: Any, depth: int = _DEEPEST) -> Any:
    """A value as JSON has it; what JSON has no form for becomes text."""
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, float):
        return value if value - value == 0 else str(value)
    if isinstance(value, str):
        return value if len(value) <= _LONGEST else f"{value[:_LONGEST]}… ({len(value)} characters)"
    if depth and isinstance(value, Mapping):
        return {str(key): plain_value(each, depth - 1) for key, each in list(value.items())[:_MOST]}
    if depth and isinstance(value, list | tuple | set | frozenset):
        return [plain_value(each, depth - 1) for each in list(value)[:_MOST]]
    return plain_value(str(value))
