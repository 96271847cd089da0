"""One call at a time for a key, between processes and threads; without locks more calls, and never a wrong value."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import filelock
import polars as pl
import pytest

from peakguard.kinds.cache.flight import Flights
from tests.unit.cache.made import FRAME, made, project

PROCESSES = 16


def fetched(root: Path, *arguments: str) -> tuple[int, int]:
    """How many processes had the value, and how many calls were made."""
    project(root, "ttl: 1h")
    command = [sys.executable, "-m", "tests.crash.fetching", str(root), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    return int(done.stdout), len((root / "calls").read_bytes())


def test_sixteen_processes_call_once(tmp_path: Path) -> None:
    assert fetched(tmp_path, str(PROCESSES), "0.2") == (PROCESSES, 1)


def test_where_the_one_that_calls_is_killed_another_does(tmp_path: Path) -> None:
    assert fetched(tmp_path, str(PROCESSES), "0.2", "kill") == (PROCESSES - 1, 2)


def slow(calls: list[float], seconds: float = 0.1) -> Callable[[], pl.DataFrame]:
    def fetch() -> pl.DataFrame:
        calls.append(time.monotonic())
        time.sleep(seconds)
        return FRAME

    return fetch


def test_threads_call_once_for_each_key(tmp_path: Path) -> None:
    cache, calls = made(tmp_path), list[float]()
    fetch = slow(calls)
    with ThreadPoolExecutor(32) as pool:
        found = list(pool.map(lambda number: cache.get_or_compute(number % 2, fetch), range(32)))
    assert all(frame.equals(FRAME) for frame in found)
    assert len(calls) == 2
    assert abs(calls[0] - calls[1]) < 0.1, "two keys do not wait for each other"


def test_a_value_that_comes_between_the_look_and_the_claim_is_given(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache, other, calls = made(tmp_path), made(tmp_path), list[float]()
    claim = Flights.claim

    def late(flights: Flights, name: str) -> bool:
        other.put("a", FRAME.head(1))
        return claim(flights, name)

    monkeypatch.setattr(Flights, "claim", late)
    assert cache.get_or_compute("a", slow(calls)).equals(FRAME.head(1))
    assert calls == []


class NoLock(filelock.FileLock):
    def acquire(self, *_: Any, **__: Any) -> Any:
        raise NotImplementedError


def test_without_locks_values_are_right(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(filelock, "FileLock", NoLock)
    caches, calls = [made(tmp_path) for _ in range(4)], list[float]()
    fetch = slow(calls, 0.05)
    with ThreadPoolExecutor(16) as pool:
        found = list(pool.map(lambda number: caches[number % 4].get_or_compute("a", fetch), range(16)))
    assert all(frame.equals(FRAME) for frame in found)
    assert 1 <= len(calls) <= 4, "once for each cache at most: within one the process itself knows"


def test_who_waits_too_long_makes_the_call_itself(tmp_path: Path) -> None:
    cache, calls, blocks = made(tmp_path, "ttl: 1h, wait: 50ms"), list[float](), threading.Event()

    def hangs() -> pl.DataFrame:
        blocks.wait(10)
        return FRAME

    first = threading.Thread(target=cache.get_or_compute, args=("a", hangs))
    first.start()
    time.sleep(0.02)
    assert cache.get_or_compute("a", slow(calls, 0)).equals(FRAME)
    assert len(calls) == 1
    blocks.set()
    first.join()


def test_a_call_that_fails_lets_the_next_one_call(tmp_path: Path) -> None:
    cache, calls = made(tmp_path), list[int]()

    def fails() -> pl.DataFrame:
        calls.append(1)
        time.sleep(0.01)
        raise ConnectionError

    def ask(_: int) -> bool:
        try:
            cache.get_or_compute("a", fails)
        except ConnectionError:
            return True
        return False

    with ThreadPoolExecutor(4) as pool:
        assert all(pool.map(ask, range(4)))
    assert len(calls) == 4
    assert [name for name in Path(cache.store.layout.locks).iterdir() if name.name.startswith("fetch-")] == []
