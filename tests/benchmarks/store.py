"""What a value of the store costs beside a plain file: `python -m tests.benchmarks.store`.

A plain file is written in place, or written and synced; it is read as it is. The store verifies what it reads. Rounds
are interleaved; ratios are medians of paired rounds.
"""

from __future__ import annotations

import os
import statistics
import tempfile
import time
from collections.abc import Callable

from peakguard.runtime.store import Store

SIZES = {"5 kB": (5_000, 60), "1 MB": (1_000_000, 30), "100 MB": (100_000_000, 5)}
Call = Callable[[], object]


def calls(folder: str, data: bytes) -> dict[str, tuple[Call, Call]]:
    """Each way to keep a value and to read it."""
    full, rename = Store(f"{folder}/full"), Store(f"{folder}/rename", durability="rename")
    plain = os.path.join(folder, "plain")

    def write(*, is_synced: bool) -> None:
        with open(plain, "wb") as file:
            file.write(data)
            file.flush()
            if is_synced:
                os.fsync(file.fileno())

    def read() -> bytes:
        with open(plain, "rb") as file:
            return file.read()

    return {
        "plain file": (lambda: write(is_synced=False), read),
        "plain file, synced": (lambda: write(is_synced=True), read),
        "store, rename": (lambda: rename.put("a", data), lambda: rename.get("a")),
        "store, full": (lambda: full.put("a", data), lambda: full.get("a")),
    }


def timed(call: Call) -> float:
    """Milliseconds."""
    start = time.perf_counter_ns()
    call()
    return (time.perf_counter_ns() - start) / 1e6


def main() -> None:
    """Print a table."""
    print(f"{'value':8} {'kept as':20} {'put, ms':>9} {'ratio':>6} {'get, ms':>9} {'ratio':>6}")
    for name, (size, rounds) in SIZES.items():
        data = os.urandom(size)
        with tempfile.TemporaryDirectory() as folder:
            ways = calls(folder, data)
            taken: dict[str, list[tuple[float, float]]] = {way: [] for way in ways}
            for _ in range(rounds + 1):
                for way, (put, get) in ways.items():
                    taken[way].append((timed(put), timed(get)))
        plain = taken["plain file"][1:]
        for way, times in taken.items():
            pairs = list(zip(times[1:], plain, strict=True))
            row = [
                (statistics.median(a[i] for a, _ in pairs), statistics.median(a[i] / b[i] for a, b in pairs))
                for i in (0, 1)
            ]
            print(f"{name:8} {way:20} " + " ".join(f"{ms:9.2f} {ratio:6.2f}" for ms, ratio in row))


if __name__ == "__main__":
    main()
