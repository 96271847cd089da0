"""The events as a page for people and as a JSON Schema."""

from __future__ import annotations

import json
from typing import Any

from peakguard.runtime.event_form import SEVERITIES
from peakguard.runtime.event_kind import EventKind, Field
from peakguard.runtime.event_kinds import EVENTS

_SAMPLED = ("sampled_out_before", Field("integer", "how many of this event a log left out before"))
_HEAD = """\
# Events

<!-- Generated from peakguard/runtime/event_kinds.py by `make generate`; do not edit. -->

What peakguard tells of at run time, to whoever subscribes (`policies.on_event`) and to the journal. The JSON form is
that of [event.schema.json](event.schema.json), with OpenTelemetry's names for the parts of a log record. An event
outside of any run has no `run_id`, `trace_id` and `span_id`.

A record of a logger, in the sinks of an [observability
policy](../peakguard/kinds/observability/README.md), is the event `log`: its text is `body`, its logger `logger`, and
its attributes are what the program gave, with those of an exception as OpenTelemetry calls them (`exception.type`,
`exception.message`, `exception.stacktrace`).
"""


def event_documents() -> dict[str, str]:
    """Path from the root of the repository -> content."""
    schema = json.dumps(event_schema(), indent=2, ensure_ascii=False)
    return {"docs/EVENTS.md": events_page(), "docs/event.schema.json": schema + "\n"}


def events_page() -> str:
    """A section for each event."""
    return "\n".join([_HEAD, *(_section(name, kind) for name, kind in EVENTS.items())])


def _section(name: str, kind: EventKind) -> str:
    rows = [f"| `{field}` | {_type(each)} | {each.says} |" for field, each in kind.fields.items()]
    return "\n".join([f"## {name}\n", kind.says, "", "| attribute | type | |", "|---|---|---|", *rows, ""])


def _type(field: Field) -> str:
    return f"{field.type} or null" if field.nullable else field.type


def event_schema() -> dict[str, Any]:
    """JSON Schema of the JSON form of every event."""
    hexadecimal = {"trace_id": 32, "span_id": 16}
    properties: dict[str, Any] = {
        "event_name": {"enum": [*EVENTS, "log"]},
        "time_unix_nano": {"type": "integer", "minimum": 0},
        "severity_text": {"enum": list(SEVERITIES.values())},
        **{
            name: {"type": ["string", "null"], "pattern": f"^[0-9a-f]{{{size}}}$"} for name, size in hexadecimal.items()
        },
        "run_id": {"type": ["string", "null"], "pattern": "^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"},
        "policy_set": {"type": ["string", "null"]},
        "attributes": {"type": "object"},
    }
    of_log = {"body": {"type": "string"}, "logger": {"type": "string"}}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "An event of peakguard",
        "type": "object",
        "properties": {**properties, **of_log},
        "required": list(properties),
        "additionalProperties": False,
        "allOf": [*(_when(name, kind) for name, kind in EVENTS.items()), _when_log(of_log)],
    }


def _when(name: str, kind: EventKind) -> dict[str, Any]:
    attributes = {
        "properties": {field: _field_schema(each) for field, each in (*kind.fields.items(), _SAMPLED)},
        "required": list(kind.fields),
        "additionalProperties": False,
    }
    named = {"properties": {"event_name": {"const": name}}}
    return {"if": named, "then": {"properties": {"attributes": attributes}}}


def _when_log(of_log: dict[str, Any]) -> dict[str, Any]:
    named = {"properties": {"event_name": {"const": "log"}}}
    return {"if": named, "then": {"required": list(of_log)}, "else": {"properties": dict.fromkeys(of_log, False)}}


def _field_schema(field: Field) -> dict[str, Any]:
    return {"type": [field.type, "null"] if field.nullable else field.type, "description": field.says}
