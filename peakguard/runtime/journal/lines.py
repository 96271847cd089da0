"""One event as one line, which proves itself: a checksum, and the event as JSON."""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping
from typing import Any

LONGEST = 16_384
"""Bytes of a line. What is longer loses its attributes, and says so."""
_SUM = 8


def encode(event: Mapping[str, Any]) -> bytes:
    """The line of an event in its JSON form.

    It begins with a line feed too: what a process that was killed has left half written ends there, and spoils no more
    than itself.
    """
    data = _json(event)
    if len(data) > LONGEST:
        data = _json({**event, "attributes": {"left_out": len(data)}})
    return b"\n%08x %s\n" % (zlib.crc32(data), data)


def _json(event: Mapping[str, Any]) -> bytes:
    text = json.dumps(event, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return text.encode("utf-8", "surrogatepass")


def decode(line: bytes) -> dict[str, Any] | None:
    """The event of a line without its line feeds; None for one that is damaged or cut."""
    data = line[_SUM + 1 :]
    if line[_SUM : _SUM + 1] != b" " or b"%08x" % zlib.crc32(data) != line[:_SUM]:
        return None
    event: dict[str, Any] = json.loads(data.decode("utf-8", "surrogatepass"))
    return event
