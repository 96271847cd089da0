"""Processes and threads at one store, killed at random: every key has one history that all of them saw."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from collections import defaultdict
from pathlib import Path
from typing import NamedTuple

import pytest

from peakguard.runtime.errors import PeakguardError
from peakguard.runtime.store import Store

PROCESSES = 4


class Seen(NamedTuple):
    """A line of a log."""

    reader: str
    kind: str
    time: int
    key: str
    value: str
    generation: int


@pytest.mark.parametrize("seconds", [4, pytest.param(60, marks=pytest.mark.slow)])
def test_every_key_has_one_history_whoever_is_killed(scratch: str, tmp_path: Path, seconds: int) -> None:
    seen = soaked(scratch, tmp_path, seconds, patience=10.0)
    assert problems(seen) == []
    _no_fault_remains(scratch)


def test_nothing_is_lost_where_writers_do_not_wait_for_locks(scratch: str, tmp_path: Path) -> None:
    """Then generations repeat; every value is still one that was put, and whole."""
    seen = soaked(scratch, tmp_path, 3, patience=0.0)
    assert [each for each in problems(seen) if each.startswith("nobody put")] == []
    _no_fault_remains(scratch)


def soaked(scratch: str, tmp_path: Path, seconds: float, *, patience: float) -> list[Seen]:
    """What all saw, while some were killed."""
    rng, kills, number = random.Random(seconds), 0, 0
    running: list[subprocess.Popen[bytes]] = []
    end = time.monotonic() + seconds
    try:
        while time.monotonic() < end:
            while len(running) < PROCESSES:
                number += 1
                log = str(tmp_path / f"{number}.log")
                command = [sys.executable, "-m", "tests.crash.soaking", scratch, log, str(number), str(patience)]
                running.append(subprocess.Popen(command))
            time.sleep(rng.uniform(0.1, 0.5))
            assert [each.poll() for each in running] == [None] * PROCESSES, "one ended by itself"
            kills += _kill(running.pop(rng.randrange(len(running))))
    finally:
        for each in running:
            _kill(each)
    seen = [each for path in tmp_path.glob("*.log") for each in _lines(path)]
    assert kills >= 2
    assert len([each for each in seen if each.kind == "read"]) > 100
    return seen


def _kill(victim: subprocess.Popen[bytes]) -> bool:
    victim.kill()
    return victim.wait() == -9


def _no_fault_remains(root: str) -> None:
    store = Store(root, durability="rename")
    store.collect(grace=0)
    found = list(store.pointers())
    assert not any(isinstance(each, PeakguardError) for each in found)
    assert os.listdir(store.layout.quarantine) == []
    assert os.listdir(store.layout.tmp) == []
    assert len(os.listdir(store.layout.objects)) == len(found)


def _lines(path: Path) -> list[Seen]:
    lines = [line.split() for line in path.read_text().splitlines()]
    assert not [line for line in lines if line[1] == "fault"], lines[-1]
    return [
        Seen(f"{path.name}-{reader}", kind, int(at), key, value, int(generation))
        for reader, kind, at, key, value, generation in lines
    ]


def problems(seen: list[Seen]) -> list[str]:
    """What cannot be, if each key has one history of generations that count up."""
    found = []
    begun = {(each.key, each.value) for each in seen if each.kind == "begin"}
    values: dict[tuple[str, int], set[str]] = defaultdict(set)
    last: dict[tuple[str, str], int] = defaultdict(int)
    acknowledged: dict[str, int] = defaultdict(int)
    for each in sorted(seen, key=lambda each: each.time):
        if each.kind == "begin":
            continue
        values[each.key, each.generation].add(each.value)
        if (each.key, each.value) not in begun:
            found.append(f"nobody put {each.value}")
        if each.kind == "read" and each.generation < last[each.reader, each.key]:
            found.append(f"{each.reader} went back at {each.key}")
        if each.kind == "read" and each.generation < acknowledged[each.key]:
            found.append(f"{each.key}: {each.generation} was read after {acknowledged[each.key]} was acknowledged")
        if each.kind == "acknowledge":
            acknowledged[each.key] = max(acknowledged[each.key], each.generation)
        else:
            last[each.reader, each.key] = each.generation
    return found + [f"{key}: two values of one generation" for key, several in values.items() if len(several) > 1]


def test_the_checker_sees_what_cannot_be() -> None:
    put = [Seen("1", "begin", 1, "a", "x", 0), Seen("1", "acknowledge", 2, "a", "x", 5)]
    assert problems([*put, Seen("2", "read", 3, "a", "x", 5)]) == []
    for wrong in (
        Seen("2", "read", 3, "a", "y", 6),
        Seen("2", "read", 3, "a", "x", 4),
        Seen("2", "read", 3, "a", "y", 5),
    ):
        assert problems([*put, wrong])
