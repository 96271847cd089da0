"""Values that must never be written, known at run time: of the environment, of settings, of secret types."""

from __future__ import annotations

import threading
from typing import Any

SHORTEST = 6
"""Characters of a secret that is struck out by its value; a shorter one would strike out too much else."""
MOST = 1000
"""Values that are known at a time: a token that is renewed every minute must not slow the log down for ever."""
_latest: dict[str, None] = {}
_known: frozenset[str] = frozenset()
_lock = threading.Lock()


def remember(value: str) -> None:
    """From now on strike a value out of every log record, wherever it occurs.

    Too short a value is not remembered, and of very many only the latest are.
    """
    global _known  # noqa: PLW0603 # an immutable set is replaced, so that nobody sees half of it
    if len(value) >= SHORTEST and value not in _known:
        with _lock:
            _latest[value] = None
            if len(_latest) > MOST:
                del _latest[next(iter(_latest))]
            _known = frozenset(_latest)


def remembered() -> frozenset[str]:
    """All values that are known."""
    return _known


def secret_in(value: Any) -> str | None:
    """The secret inside a value of a secret type, such as pydantic's `SecretStr`; None for any other value.

    Such a type is known by its method `get_secret_value`; its library is never imported.
    """
    reveal = getattr(type(value), "get_secret_value", None)
    if reveal is None:
        return None
    try:
        inner = reveal(value)
    except Exception:  # noqa: BLE001 # a class of the program's own
        return ""
    return inner.decode("utf-8", "replace") if isinstance(inner, bytes) else str(inner)
