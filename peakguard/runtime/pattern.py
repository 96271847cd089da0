"""Matches whole values against portable patterns, which mean the same to Python's `re` and to google-re2.

`re` is ten times as fast but backtracks, so it gets the patterns of which `pattern_cost` proves that this stays
linear. The others go to RE2; where that is not installed (extra `regex`), `re` has to do, and may be slow.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

from peakguard.runtime.pattern_cost import is_linear


@lru_cache(maxsize=4096)
def matcher(pattern: str) -> Callable[[str], bool]:
    """A test whether a value matches a portable pattern as a whole."""
    slow = re.compile(pattern).fullmatch
    if is_linear(pattern):
        return lambda text: slow(text) is not None
    try:
        import re2
    except ImportError:
        return lambda text: slow(text) is not None
    fast = re2.compile(pattern).fullmatch

    def matches(text: str) -> bool:
        try:
            # RE2 reads bytes; handing it a string costs twice as much, for positions that nobody asks about.
            return fast(text.encode()) is not None
        except UnicodeEncodeError:
            # A lone surrogate, which is no text to RE2.
            return slow(text) is not None

    return matches
