"""Many readers, and two writers that swap, roll back and write broken files: nobody sees a torn configuration."""

from __future__ import annotations

import random
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from peakguard.kinds.config.registry import Registry
from peakguard.kinds.config.snapshot import digest_of_section
from peakguard.runtime.errors import PeakguardError
from tests.unit.config.desk import desk, write


class Seen:
    """What the readers and writers of one trial counted."""

    def __init__(self) -> None:
        self.reads = self.torn = self.backwards = self.taken = self.refused = self.lost = 0


@pytest.fixture(autouse=True)
def _switch_often() -> Iterator[None]:
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    yield
    sys.setswitchinterval(before)


def read(registry: Registry, seen: Seen, stop: threading.Event) -> None:
    last = 0
    while not stop.is_set():
        snapshot = registry.current
        seen.reads += 1
        seen.torn += digest_of_section(snapshot.config) != snapshot.digest
        seen.torn += snapshot.config.risk.limit < snapshot.config.risk.floor
        seen.backwards += snapshot.generation < last
        last = snapshot.generation
        time.sleep(0.0005)  # else eight readers leave the writers no time


def change(root: Path, registry: Registry, seen: Seen, stop: threading.Event, seed: int) -> None:
    draw = random.Random(seed)
    while not stop.is_set():
        before = registry.current
        action = draw.randrange(4)
        try:
            if action == 0:
                write(root, draw.choice(["broken", "101", '"3"', "= 1"]))
                seen.refused += registry.reload().state == "refused"
            elif action == 1:
                write(root, draw.randrange(100), "")
                registry.reload()
            elif action == 2:
                registry.rollback()
            else:
                registry.publish({"risk": {"limit": draw.randrange(100)}}, expected=before.generation)
                seen.taken += 1
        except PeakguardError as error:
            seen.lost += error.code not in ("PG2071", "PG2073", "PG2074")


def stress(root: Path, seconds: float) -> Seen:
    registry, seen, stop = desk(root).registry(), Seen(), threading.Event()
    threads = [threading.Thread(target=read, args=(registry, seen, stop)) for _ in range(8)]
    threads += [threading.Thread(target=change, args=(root, registry, seen, stop, seed)) for seed in range(2)]
    for thread in threads:
        thread.start()
    time.sleep(seconds)
    stop.set()
    for thread in threads:
        thread.join()
    # What is on disk is a good one, of the generation that was served last.
    write(root, "broken")
    again = registry._config.registry()
    seen.lost += again.current.digest != registry.current.digest
    seen.lost += again.current.generation != registry.current.generation
    return seen


def check(seen: Seen) -> None:
    assert (seen.torn, seen.backwards, seen.lost) == (0, 0, 0)
    assert min(seen.reads, seen.taken, seen.refused) > 0


def test_a_second_of_readers_and_writers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("peakguard.runtime.fsops.os.fsync", lambda _: None)
    check(stress(tmp_path, 1.0))


@pytest.mark.slow
def test_a_minute_of_readers_and_writers(tmp_path: Path) -> None:
    check(stress(tmp_path, 60.0))
