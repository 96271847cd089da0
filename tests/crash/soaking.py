"""One process of the soak: threads that put, read and collect, and write down what they saw before and after.

Run as `python -m tests.crash.soaking STORE LOG SEED PATIENCE`, until it is killed. Each process has a log of its own.
A line of it is one write: `begin|acknowledge|read TIME KEY VALUE GENERATION`, times by the monotonic clock.
"""

from __future__ import annotations

import os
import random
import sys
import threading
import time

from peakguard.runtime.store import Store

KEYS = ("a", "b", "c")
THREADS = 2


def work(root: str, log: int, seed: str, patience: float) -> None:
    """Put and read for ever."""
    rng, store, number = random.Random(seed), Store(root, durability="rename", patience=patience), 0
    while True:
        key = rng.choice(KEYS)
        draw = rng.random()
        begun = time.monotonic_ns()
        if draw < 0.3:
            number += 1
            value = f"{seed}.{number}"
            _note(log, "begin", begun, key, value, 0)
            made = store.put(key, value.encode() * 300)
            _note(log, "acknowledge", time.monotonic_ns(), key, value, made.generation)
        elif draw < 0.32:
            store.collect(grace=1.0)
        else:
            entry = store.get(key)
            if entry is not None:
                value = entry.data[: len(entry.data) // 300].decode()
                assert entry.data == value.encode() * 300
                _note(log, "read", begun, key, value, entry.pointer.generation)


def _note(log: int, *words: object) -> None:
    os.write(log, (" ".join(map(str, (threading.get_ident(), *words))) + "\n").encode())


def _run(root: str, log: int, seed: str, patience: float) -> None:
    try:
        work(root, log, seed, patience)
    except BaseException as error:  # noqa: BLE001 - whatever it is, the log tells it and the test fails
        _note(log, "fault", repr(error).replace(" ", "_"))
        os._exit(3)


if __name__ == "__main__":
    descriptor = os.open(sys.argv[2], os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    for thread in range(THREADS):
        threading.Thread(
            target=_run, args=(sys.argv[1], descriptor, f"{sys.argv[3]}-{thread}", float(sys.argv[4]))
        ).start()
