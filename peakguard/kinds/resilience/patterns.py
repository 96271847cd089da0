"""How policies name errors: by code or the beginning of one, by class, by HTTP status, or by a word of ours."""

from __future__ import annotations

import builtins

WORDS = ("breaker_open", "bulkhead_full", "rate_limited", "timeout")

_CANCELLED = ("asyncio:CancelledError", "asyncio.exceptions:CancelledError", "trio:Cancelled")


def is_word(pattern: str) -> bool:
    """Whether a pattern names calls that a policy stopped."""
    return pattern in WORDS


def is_class(pattern: str) -> bool:
    """Whether a pattern is the name of an exception: a built-in one, or `module:Class`."""
    found = getattr(builtins, pattern, None)
    is_path = ":" in pattern and not pattern.startswith("http:")
    return is_path or (isinstance(found, type) and issubclass(found, BaseException))


def lets_through(pattern: str) -> bool:
    """Whether a pattern names what ends a program or a task, which no policy takes hold of."""
    found = getattr(builtins, pattern, None)
    is_built_in = isinstance(found, type) and issubclass(found, BaseException) and not issubclass(found, Exception)
    return is_built_in or pattern in _CANCELLED


def covers(wide: str, narrow: str) -> bool:
    """Whether every error that one pattern names is named by another; what only run time knows is not."""
    if wide == narrow or (wide.endswith("*") and narrow.startswith(wide[:-1])):
        return True
    if wide.startswith("http:") and narrow.startswith("http:"):
        return all(w in ("x", n) for w, n in zip(wide, narrow, strict=True))
    above, below = getattr(builtins, wide, None), getattr(builtins, narrow, None)
    return isinstance(above, type) and isinstance(below, type) and issubclass(below, above)


def fits_code(pattern: str, code: str | None) -> bool:
    """Whether a code is the one that is named; `PT-3*` is every code that begins so."""
    if code is None:
        return False
    return code.startswith(pattern[:-1]) if pattern.endswith("*") else code == pattern
