"""The header `baggage` (W3C Baggage): what a run tells everyone downstream, in plain text."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple
from urllib.parse import quote, unquote

from peakguard.runtime.context.scope import Member

BYTES = 8192
MEMBERS = 64
_WORD = r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+"
_OCTETS = r"[\x21\x23-\x2b\x2d-\x3a\x3c-\x5b\x5d-\x7e]*"
_PROPERTY = rf"[ \t]*{_WORD}[ \t]*(?:=[ \t]*{_OCTETS}[ \t]*)?"
_MEMBER = re.compile(rf"({_WORD})[ \t]*=[ \t]*({_OCTETS})[ \t]*((?:;{_PROPERTY})*)")
_KEY = re.compile(_WORD)
_PLAIN = "!#$&'()*+-./:<=>?@[]^_`{|}~"  # octets that need no percent sign; `%` itself does


class Kept(NamedTuple):
    """What was taken, and how many members were not: broken, doubled, or beyond the limits."""

    members: tuple[Member, ...]
    dropped: int


def parse_baggage(text: str) -> Kept:
    """The members of a header in order; of a doubled key the last counts, as for HTTP in most libraries."""
    found: dict[str, Member] = {}
    dropped = 0
    size = 0
    for part in text.split(","):
        stripped = part.strip(" \t")
        if not stripped:
            continue
        match = _MEMBER.fullmatch(stripped)
        size += len(stripped) + 1
        if match is None or size > BYTES + 1 or (len(found) == MEMBERS and match[1] not in found):
            dropped += 1
            continue
        key, value, properties = match.groups()
        dropped += key in found
        found[key] = Member(key, unquote(value, errors="replace"), properties)
    return Kept(tuple(found.values()), dropped)


def format_baggage(members: Iterable[Member]) -> tuple[str, int]:
    """The header, and how many members did not fit into 64 members or 8,192 bytes."""
    parts: list[str] = []
    size = dropped = 0
    for key, value, properties in members:
        part = f"{key}={quote(value, safe=_PLAIN)}{properties}"
        if len(parts) == MEMBERS or size + len(part) > BYTES:
            dropped += 1
            continue
        parts.append(part)
        size += len(part) + 1
    return ",".join(parts), dropped


def check_keys(keys: Iterable[str]) -> None:
    """Raises ValueError for a key that no header can carry, or that is ours."""
    for key in keys:
        if _KEY.fullmatch(key) is None:
            raise ValueError(f"{key!r} cannot be the key of baggage: use ASCII letters, digits and _")
        if key.startswith("peakguard."):
            raise ValueError(f"{key!r} cannot be the key of baggage: peakguard. is for peakguard itself")


def merge_baggage(old: tuple[Member, ...], new: dict[str, object]) -> tuple[Member, ...]:
    """Baggage with keys set anew, as text."""
    kept = tuple(member for member in old if member.key not in new)
    return (*kept, *(Member(key, str(value)) for key, value in new.items()))
