"""Named streams of random numbers, all from one seed: each by its name, wherever and whenever it is asked for."""

from __future__ import annotations

import hashlib
import json
import random
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from peakguard.diagnostics import codes
from peakguard.runtime.errors import PeakguardError

if TYPE_CHECKING:
    from numpy.random import Generator

_WORDS_A_BLOCK = 4


def derived(seed: int, library: str, name: str, *index: int) -> int:
    """256 bits that follow from the seed, a name and the numbers of workers, and from nothing else."""
    text = json.dumps([seed, library, name, *index])
    return int.from_bytes(hashlib.sha256(text.encode("ascii")).digest(), "big")


class Counted(random.Random):
    """A generator of the stdlib that counts what is drawn from it."""

    drawn = 0

    def random(self) -> float:
        """A float in [0, 1)."""
        self.drawn += 1
        return super().random()

    def getrandbits(self, k: int, /) -> int:
        """An integer of `k` random bits."""
        self.drawn += 1
        return super().getrandbits(k)


class Streams:
    """The streams of one seed. Asking twice for a name gives one stream, which goes on. Thread-safe."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self._lock = threading.Lock()
        self._made: dict[str, Any] = {}

    def rng(self, name: str, *index: int) -> Generator:
        """A NumPy generator. Raises PeakguardError (PG2004) where NumPy is missing."""
        generator: Generator = self._stream("numpy", _philox, name, index)
        return generator

    def random(self, name: str, *index: int) -> Counted:
        """A generator of the standard library; its stream is not that of `rng` with the same name."""
        generator: Counted = self._stream("random", Counted, name, index)
        return generator

    def draws(self) -> dict[str, int]:
        """How much was drawn from each stream: 64-bit words of NumPy, calls of the standard library."""
        with self._lock:
            return {key: _drawn(stream) for key, stream in sorted(self._made.items())}

    def _stream(self, library: str, make: Callable[[int], Any], name: str, index: tuple[int, ...]) -> Any:
        key = " ".join([library, json.dumps(name, ensure_ascii=False), *map(str, index)])
        with self._lock:
            found = self._made.get(key)
            if found is None:
                found = self._made[key] = make(derived(self.seed, library, name, *index))
            return found


def _philox(key: int) -> Generator:
    try:
        from numpy.random import Generator, Philox
    except ImportError as error:
        raise PeakguardError(codes.EXTRA_MISSING, feature="`rng`", package="numpy", extra="data") from error
    # A generator with a counter tells what was drawn from it, at no cost to the draws.
    return Generator(Philox(key))


def _drawn(stream: Any) -> int:
    if isinstance(stream, Counted):
        return stream.drawn
    state = stream.bit_generator.state
    blocks = sum(int(word) << (64 * place) for place, word in enumerate(state["state"]["counter"]))
    return max(0, blocks * _WORDS_A_BLOCK - (_WORDS_A_BLOCK - int(state["buffer_pos"])))


_of_process: list[Streams] = []


def give_process(streams: Streams) -> None:
    """Let runs that have no seed of their own draw from these streams, in every thread."""
    _of_process[:] = [streams]


def process_streams() -> Streams | None:
    """The streams of the process; None where it has no seed."""
    return _of_process[0] if _of_process else None


def of_process(stream: str) -> Streams:
    """The streams of the process. Raises PeakguardError (PG2104), which names the stream, where it has no seed."""
    streams = process_streams()
    if streams is None:
        raise PeakguardError(codes.SEED_MISSING, stream=stream)
    return streams
