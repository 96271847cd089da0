"""Addresses of objects: the same in every run, or in another order, for programs that sort by `id` or by its hash."""

from __future__ import annotations

import ctypes
import random
import sys

_NO_RANDOM_ADDRESSES = 0x0040000
_SIZES = range(48, 513, 16)
_EACH = 600
_HEADER = 33
_kept: list[bytes] = []


def fix_addresses() -> bool:
    """Let the program that takes the place of this process lie at the addresses of every other; tells whether it will.

    Linux only; a container may forbid it.
    """
    if sys.platform != "linux":
        return False
    return int(ctypes.CDLL(None).personality(_NO_RANDOM_ADDRESSES)) != -1


def settle_memory() -> None:
    """Fill the gaps that starting has left: what is made next lies in the order in which it is made."""
    _kept.extend(_fillers())


def disturb_memory(variant: int) -> None:
    """Leave gaps of every small size behind, in no order: what is made next goes into them."""
    settle_memory()
    made = _fillers()
    random.Random(variant).shuffle(made)  # noqa: S311 # a disturbance, no secret
    # A pool of the allocator that is wholly free would begin anew, in order: a part stays.
    _kept.extend(made[: len(made) // 4])
    while made:
        made.pop()


def _fillers() -> list[bytes]:
    return [bytes(size - _HEADER) for size in _SIZES for _ in range(_EACH)]
