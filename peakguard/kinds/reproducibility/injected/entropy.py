"""Random bytes that follow from the seed, wherever Python asks the system for them."""

from __future__ import annotations

import hashlib
import itertools
import os
import random
from typing import Any

from peakguard.kinds.reproducibility.injected.ours import is_ours

_urandom = os.urandom
_seed = random.Random.seed


def inject_entropy(seed: int, variant: int = 0) -> None:
    """Let `os.urandom`, `secrets`, `uuid` and generators without a seed give the same in every repetition.

    It is not for programs that make keys: whoever knows the seed knows them.
    """
    import uuid

    calls = itertools.count()

    def bytes_of(size: int) -> bytes:
        return hashlib.shake_256(f"{seed} {variant} {next(calls)}".encode()).digest(size)

    def urandom(size: int, /) -> bytes:
        return _urandom(size) if is_ours() else bytes_of(size)

    def seeded(self: random.Random, a: Any = None, version: int = 2) -> None:
        _seed(self, int.from_bytes(bytes_of(32)) if a is None else a, version)

    places: Any = (os, random, random.Random, uuid)
    places[0].urandom = urandom
    places[1]._urandom = bytes_of  # noqa: SLF001 # the name under which it, and so `secrets`, holds the function
    places[2].seed = seeded
    # Without these `uuid1` is made of the address of this machine, and the system counts the time.
    places[3]._generate_time_safe = places[3]._UuidCreate = None  # noqa: SLF001 # likewise
    places[3]._node = int.from_bytes(bytes_of(6)) | 1 << 40  # noqa: SLF001 # likewise
