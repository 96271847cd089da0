"""The pointer of a key: one line of JSON, and the digest of that line."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any, NamedTuple

LARGEST = 64 * 1024
"""Bytes that a pointer may have; what is larger is none."""
_FIELDS = {"key": str, "generation": int, "digest": str, "size": int, "created_ns": int, "meta": dict}


class Pointer(NamedTuple):
    """What a key points to. `key` is the text of the key, `digest` the name of the object, `size` its bytes.

    `generation` counts the values that the key has had, `created_ns` is the time of this one, nanoseconds since 1970.
    """

    key: str
    generation: int
    digest: str
    size: int
    created_ns: int
    meta: Mapping[str, Any]


def encode(pointer: Pointer) -> bytes:
    """The bytes of a pointer. Raises ValueError for one that is too large, and what JSON cannot hold."""
    line = json.dumps(pointer._asdict(), ensure_ascii=False, sort_keys=True, allow_nan=False, separators=(",", ":"))
    data = line.encode("utf-8", "surrogatepass")
    whole = data + b"\n" + hashlib.sha256(data).hexdigest().encode() + b"\n"
    if len(whole) > LARGEST:
        raise ValueError(f"a pointer of {len(whole):,} bytes is larger than {LARGEST:,}")
    return whole


def decode(data: bytes) -> Pointer | None:
    """The pointer that some bytes are, None where they are none, or not the ones that were written."""
    line, _, rest = data.partition(b"\n")
    if len(data) > LARGEST or rest != hashlib.sha256(line).hexdigest().encode() + b"\n":
        return None
    try:
        held = json.loads(line.decode("utf-8", "surrogatepass"))
    except ValueError:
        return None
    if not isinstance(held, dict) or any(not isinstance(held.get(name), kind) for name, kind in _FIELDS.items()):
        return None
    return Pointer(**{name: held[name] for name in _FIELDS})
