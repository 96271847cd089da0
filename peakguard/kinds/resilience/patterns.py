"""How policies name errors: by code or the beginning of one, by class, by HTTP status, or by a word of ours."""

from __future__ import annotations

import builtins

WORDS = ("breaker_open", "bulkhead_full", "rate_limited", "timeout")


def is_word(pattern: str) -> bool:
    """Whether a pattern names calls that a policy stopped."""
    return pattern in WORDS


def is_class(pattern: str) -> bool:
    """Whether a pattern is the name of an exception: a built-in one, or `module:Class`."""
    found = getattr(builtins, pattern, None)
    is_path = ":" in pattern and not pattern.startswith("http:")
    return is_path or (isinstance(found, type) and issubclass(found, BaseException))


def fits_code(pattern: str, code: str | None) -> bool:
    """Whether a code is the one that is named; `PT-3*` is every code that begins so."""
    if code is None:
        return False
    return code.startswith(pattern[:-1]) if pattern.endswith("*") else code == pattern
