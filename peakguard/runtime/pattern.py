"""Matches whole values against portable patterns, which mean the same to Python's `re` and to google-re2.

`re` is ten times as fast but backtracks, so it gets only what `pattern_cost` proves to be cheap: patterns whose steps
grow with the length of the value, and for short values those that grow with its square. The others go to RE2, which
never backtracks.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

from peakguard.diagnostics import codes
from peakguard.runtime.errors import PeakguardError
from peakguard.runtime.pattern_cost import degree

SHORT = 256
"""Up to so many characters a number of steps that grows with the square is no matter."""


@lru_cache(maxsize=4096)
def matcher(pattern: str) -> Callable[[str], bool]:
    """A test whether a value matches a portable pattern as a whole.

    Raises PeakguardError (PG2004) where `re` could take long and google-re2 (extra `regex`) is not installed.
    """
    backtracking = re.compile(pattern).fullmatch
    power = degree(pattern)
    if power is not None and power <= 1:
        return lambda text: backtracking(text) is not None
    linear = _in_re2(pattern)
    if power != 2:
        return linear or _missing(pattern)
    if linear is None:
        return lambda text: backtracking(text) is not None

    def matches(text: str) -> bool:
        return backtracking(text) is not None if len(text) <= SHORT else linear(text)

    return matches


@lru_cache(maxsize=1024)
def finder(pattern: str) -> Callable[[str], bool]:
    """A test whether some part of a short text matches a portable pattern.

    Raises PeakguardError (PG2004) where `re` could take long and google-re2 (extra `regex`) is not installed.
    """
    power = degree(pattern)
    if power is not None and power <= 1:
        # It begins at every place, so the steps grow with one power more.
        backtracking = re.compile(pattern).search
        return lambda text: backtracking(text) is not None
    return matcher(f"[\\x00-\U0010ffff]*(?:{pattern})[\\x00-\U0010ffff]*")


def _in_re2(pattern: str) -> Callable[[str], bool] | None:
    try:
        import re2
    except ImportError:
        return None
    compiled = re2.compile(pattern).fullmatch

    def matches(text: str) -> bool:
        try:
            # RE2 reads bytes; handing it a string costs twice as much, for positions that nobody asks about.
            return compiled(text.encode()) is not None
        except UnicodeEncodeError:
            # A lone surrogate is no character, and a portable pattern matches none.
            return False

    return matches


def _missing(pattern: str) -> Callable[[str], bool]:
    feature = f"Matching {pattern} one value at a time"
    raise PeakguardError(codes.EXTRA_MISSING, feature=feature, package="google-re2", extra="regex")
