"""One event or log record on its way to the sinks, in the form of docs/event.schema.json."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

SEVERITIES = {10: "DEBUG", 20: "INFO", 30: "WARN", 40: "ERROR", 50: "FATAL"}
LOG = "log"
"""Name of the event that a log record is."""


class Record(NamedTuple):
    """What a sink is given: the record, its line as JSON, how severe it is, and the logger it came from.

    `shown_on` are the streams on which a handler of the program shows it already.
    """

    form: dict[str, Any]
    line: str
    level: int
    logger: str
    is_foreign: bool = False
    shown_on: tuple[Any, ...] = ()


_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), check_circular=False).encode


def content(form: Mapping[str, Any]) -> str:
    """What the program gave, as JSON: the attributes, and the text of a log record with its logger."""
    attributes = f'"attributes":{_encode(form["attributes"])}'
    if "body" not in form:
        return attributes
    return f'{attributes},"body":{_encode(form["body"])},"logger":{_encode(form["logger"])}'


def as_line(form: Mapping[str, Any], content: str) -> str:
    """A record as JSON, on one line without its end. What is ours holds no character that JSON would escape."""
    trace_id, span_id, run_id, policy_set = (
        "null" if form[part] is None else f'"{form[part]}"' for part in ("trace_id", "span_id", "run_id", "policy_set")
    )
    return (
        f'{{"event_name":"{form["event_name"]}","time_unix_nano":{form["time_unix_nano"]},'
        f'"severity_text":"{form["severity_text"]}","trace_id":{trace_id},"span_id":{span_id},"run_id":{run_id},'
        f'"policy_set":{policy_set},{content}}}'
    )


def shortened(form: dict[str, Any], limit: int) -> dict[str, Any]:
    """The record with its largest attributes and texts cut, so that its line is about as long as the limit."""
    sizes = {name: len(_encode(value)) for name, value in form["attributes"].items()}
    fair = max(40, limit // (2 * (len(sizes) + 1)))
    attributes = {
        name: value if sizes[name] <= fair else _cut(value, fair) for name, value in form["attributes"].items()
    }
    small = {**form, "attributes": attributes}
    if "body" in small:
        small["body"] = _cut(small["body"], limit // 4)
    while attributes and len(_encode(small)) > limit:
        attributes.pop(max(attributes, key=lambda name: len(_encode(attributes[name]))))
        attributes["left_out"] = len(sizes) - len(attributes)
        if len(attributes) == 1:
            break
    return small


def _cut(value: Any, size: int) -> str:
    text = value if isinstance(value, str) else _encode(value)
    return text if len(text) <= size else f"{text[:size]}… ({len(text):,} characters)"


def stamp(time_ns: int) -> str:
    """A time as it reads on a console: hours to milliseconds, UTC."""
    seconds, rest = divmod(time_ns, 10**9)
    hours, minutes = divmod(seconds // 60 % 1440, 60)
    return f"{hours:02}:{minutes:02}:{seconds % 60:02}.{rest // 10**6:03}Z"
