"""Keys of TOML: bare, quoted, dotted."""

from __future__ import annotations

import re

from peakguard.diagnostics import codes
from peakguard.syntax.limits import MAX_KEY_PARTS
from peakguard.syntax.node import Scalar, Style
from peakguard.syntax.toml_cursor import Cursor
from peakguard.syntax.toml_string import parse_basic, parse_raw

_BARE = re.compile(r"[A-Za-z0-9_-]+", re.ASCII)


def parse_key(cursor: Cursor) -> list[Scalar]:
    """The parts of a dotted key; one part where there is no dot."""
    start = cursor.position
    parts = [_part(cursor)]
    cursor.skip_blank()
    while cursor.looking_at("."):
        cursor.position += 1
        parts.append(_part(cursor))
        if len(parts) > MAX_KEY_PARTS:
            cursor.refuse(codes.DOTTED_KEY_TOO_LONG, start, cursor.position, limit=MAX_KEY_PARTS)
        cursor.skip_blank()
    return parts


def _part(cursor: Cursor) -> Scalar:
    cursor.skip_blank()
    start = cursor.position
    if cursor.looking_at('"'):
        return parse_basic(cursor)
    if cursor.looking_at("'"):
        return parse_raw(cursor)
    match = cursor.take(_BARE)
    if match is None:
        cursor.refuse(codes.TOML_SYNTAX, start, problem="expected a key")
    return Scalar(cursor.source, start, cursor.position, match[0], Style.PLAIN)
