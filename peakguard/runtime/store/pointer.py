"""What a key points to: one small file that carries its own digest, replaced as a whole."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from peakguard.runtime.store.layout import name_of
from peakguard.runtime.store.sealed import seal, unseal


class Pointer(NamedTuple):
    """The state of a key.

    `size` is in bytes, `written` in seconds since 1970 by the clock of the writer. `generation` counts the values of
    the key since it was last removed. `meta` is what the caller keeps with the value.
    """

    key: str
    digest: str
    size: int
    generation: int
    written: float
    meta: Mapping[str, Any]


def encode(pointer: Pointer) -> bytes:
    """The bytes of a pointer. Raises TypeError or ValueError for metadata that JSON cannot hold."""
    return seal(pointer._asdict())


def decode(data: bytes, name: str) -> Pointer:
    """The pointer in the file of a name. Raises ValueError for bytes that are none, or that of another key."""
    try:
        found = Pointer(**unseal(data))
    except TypeError as error:
        raise ValueError("it is no pointer") from error
    if name_of(found.key) != name:
        raise ValueError("it is that of another key")
    return found
