"""Matches whole values against portable patterns, in linear time where google-re2 is installed.

Python's own `re` stands in for it: portable patterns mean the same to both, but `re` may backtrack.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache


@lru_cache(maxsize=4096)
def matcher(pattern: str) -> Callable[[str], bool]:
    """A test whether a value matches a portable pattern as a whole."""
    slow = re.compile(pattern).fullmatch
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
