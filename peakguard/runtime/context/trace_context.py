"""The headers `traceparent` and `tracestate` (W3C Trace Context), read strictly and written."""

from __future__ import annotations

import re
from typing import NamedTuple

_TRACEPARENT = re.compile(r"([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?", re.DOTALL)
_SIMPLE_KEY = r"[a-z][a-z0-9_\-*/]{0,255}"
_TENANT_KEY = r"[a-z0-9][a-z0-9_\-*/]{0,240}@[a-z][a-z0-9_\-*/]{0,13}"
_VALUE = r"[\x20-\x2b\x2d-\x3c\x3e-\x7e]{0,255}[\x21-\x2b\x2d-\x3c\x3e-\x7e]"
_STATE = re.compile(rf"({_SIMPLE_KEY}|{_TENANT_KEY})={_VALUE}")
_SAMPLED = 0x01
MEMBERS = 32


class Traceparent(NamedTuple):
    """Who called: its trace, its span, and whether it records."""

    trace_id: str
    span_id: str
    sampled: bool


def parse_traceparent(text: str) -> Traceparent | None:
    """What a header says; None where it breaks the specification in any way."""
    match = _TRACEPARENT.fullmatch(text.strip(" \t"))
    if match is None:
        return None
    version, trace_id, span_id, flags, more = match.groups()
    if version == "ff" or (version == "00" and more is not None):
        return None
    if not trace_id.strip("0") or not span_id.strip("0"):
        return None
    return Traceparent(trace_id, span_id, bool(int(flags, 16) & _SAMPLED))


def format_traceparent(trace_id: str, span_id: str, *, sampled: bool) -> str:
    """The header in version 00; flags but `sampled` are zero, as the specification wants of what it does not know."""
    return f"00-{trace_id}-{span_id}-{int(sampled):02x}"


def parse_tracestate(text: str) -> str | None:
    """The list of vendors in order, without empty members; None where it breaks the specification."""
    members = [member.strip(" \t") for member in text.split(",")]
    members = [member for member in members if member]
    keys = {member.partition("=")[0] for member in members}
    if len(members) > MEMBERS or len(keys) < len(members):
        return None
    return ",".join(members) if all(_STATE.fullmatch(member) for member in members) else None
