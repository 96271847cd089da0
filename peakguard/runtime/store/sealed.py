"""A small JSON record that carries its own digest, so that a part of it, or a changed one, is never taken for it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any


def seal(record: Mapping[str, Any]) -> bytes:
    """The bytes of a record. Raises TypeError or ValueError for what JSON cannot hold."""
    body = json.dumps(record, sort_keys=True, separators=(",", ":"), allow_nan=False).encode("ascii")
    return b"%b\n%b\n" % (body, _digest(body))


def unseal(data: bytes) -> dict[str, Any]:
    """The record. Raises ValueError for bytes that are not exactly what was sealed."""
    body, _, rest = data.partition(b"\n")
    if rest != _digest(body) + b"\n":
        raise ValueError("its digest is another")
    record = json.loads(body)
    if not isinstance(record, dict):
        raise ValueError("it holds no record")  # noqa: TRY004 - data of the wrong form, not an argument of a wrong type
    return record


def _digest(body: bytes) -> bytes:
    return hashlib.sha256(body).hexdigest().encode("ascii")
