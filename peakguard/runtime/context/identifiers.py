"""Identifiers of runs, traces and spans: unique across threads, forks and machines; they are no secrets."""

from __future__ import annotations

import os
import re
import time
from _random import Random  # the generator of `random`, without the 3 ms that loading the module takes
from _thread import allocate_lock

_RANDOM_BITS = 74
_LOW_BITS = (1 << 62) - 1
_VARIANT = 1 << 63
_RUN_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")


class _Source:
    """Random numbers, and the last run id as the 122 bits that are not fixed; its own in each process."""

    __slots__ = ("last", "lock", "random_bits")

    def __init__(self) -> None:
        # Of its own, so that a program that seeds `random` does not repeat its identifiers.
        self.random_bits = Random(int.from_bytes(os.urandom(32), "big")).getrandbits
        self.lock = allocate_lock()
        self.last = 0

    def next_run(self, milliseconds: int) -> int:
        with self.lock:
            fresh = milliseconds << _RANDOM_BITS | self.random_bits(_RANDOM_BITS - 1)
            if fresh >> _RANDOM_BITS <= self.last >> _RANDOM_BITS:
                fresh = self.last + 1 + self.random_bits(32)  # RFC 9562, section 6.2, method 2
            self.last = fresh
            return fresh


_source = _Source()


def new_run_number() -> int:
    """The 122 bits of a UUID of version 7 that are not fixed; each greater than the one before in this process."""
    return _source.next_run(time.time_ns() // 1_000_000)


def new_trace_number() -> int:
    """128 random bits, not all zero."""
    return _source.random_bits(128) or 1


def new_span_number() -> int:
    """64 random bits, not all zero."""
    return _source.random_bits(64) or 1


def run_id(number: int) -> str:
    """A UUID of version 7 (RFC 9562) in canonical form."""
    high, low = "%015x" % (number >> 62), "%016x" % (number & _LOW_BITS | _VARIANT)
    return f"{high[:8]}-{high[8:12]}-7{high[12:]}-{low[:4]}-{low[4:]}"


def trace_id(number: int) -> str:
    """32 hexadecimal digits."""
    return "%032x" % number  # noqa: UP031 # twice as fast as the other ways


def span_id(number: int) -> str:
    """16 hexadecimal digits."""
    return "%016x" % number  # noqa: UP031 # likewise


def is_run_id(text: str) -> bool:
    """Whether a text is a UUID of RFC 9562 in canonical form."""
    return _RUN_ID.fullmatch(text) is not None


def _start_over() -> None:
    # A forked child would go on with the numbers of its parent, and might hold a lock that nobody frees.
    global _source  # noqa: PLW0603 # one source a process is the point
    _source = _Source()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_start_over)
