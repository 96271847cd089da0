"""Readers who may not write, and readers whose values go while they read."""

from __future__ import annotations

import os
import threading
import traceback
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from peakguard.kinds.cache.cache import Cache
from peakguard.runtime import events
from peakguard.runtime.clock import REAL
from tests.unit.cache.made import FRAME, Days, Feed, made, project

NOBODY = 65_534


def as_nobody(check: Callable[[], None]) -> bool:
    """Whether a check passes in a process that is not root, whom no mode of a folder stops."""
    child = os.fork()
    if child == 0:
        try:
            if os.getuid() == 0:
                os.setgid(NOBODY)
                os.setuid(NOBODY)
            check()
        except BaseException:  # noqa: BLE001 # it is the parent that fails
            traceback.print_exc()
            os._exit(1)
        os._exit(0)
    return os.waitpid(child, 0)[1] == 0


@pytest.fixture
def open_path(tmp_path: Path) -> Path:
    """The folder of the test, which everybody may enter."""
    for folder in (tmp_path, *tmp_path.parents):
        if folder.stat().st_uid == os.getuid() and str(folder).startswith("/tmp/"):  # that of pytest
            folder.chmod(folder.stat().st_mode | 0o055)
    return tmp_path


def test_a_folder_that_may_only_be_read_gives_what_it_has(open_path: Path) -> None:
    frame = FRAME.to_arrow()  # threads of Polars do not outlive a fork
    policies = project(open_path, "ttl: 1h")
    table = policies.tables("cache")["caches"]["policies"]["bars"]
    cache, feed = Cache(policies, table, "enforce", REAL, Days()), Feed(frame.slice(0, 1))
    cache.put("there", frame)
    for folder, _, files in os.walk(cache.folder):
        os.chmod(folder, 0o555)
        for name in files:
            os.chmod(os.path.join(folder, name), 0o444)

    def check() -> None:
        reader = Cache(policies, table, "enforce", REAL, Days())
        assert reader.get("there").equals(frame)
        assert reader.get_or_compute("there", feed).equals(frame)
        assert feed.calls == 0
        assert reader.get_or_compute("missing", feed).num_rows == 1
        assert reader.counts["failed"] == 1

    assert as_nobody(check)
    for folder, _, _ in os.walk(cache.folder):
        os.chmod(folder, 0o755)


def test_values_that_go_while_they_are_read_are_whole_or_missing(tmp_path: Path) -> None:
    cache = made(tmp_path, "max_entries: 4, durability: rename, verify: always")
    stop, wrong, read = threading.Event(), list[object](), list[int]()
    undo = events.subscribe(lambda event: wrong.append(event) if event.name != "cache_evicted" else None)

    def frame(number: int) -> pl.DataFrame:
        return pl.DataFrame({"n": [number] * 2000})

    def reader() -> None:
        while not stop.is_set():
            for number in range(12):
                try:
                    found = cache.get(number)
                except Exception as error:  # noqa: BLE001 # whatever it is
                    wrong.append(error)
                    continue
                if found is not None:
                    read.append(number)
                    if not found.equals(frame(number)):
                        wrong.append(number)

    threads = [threading.Thread(target=reader) for _ in range(3)]
    for thread in threads:
        thread.start()
    for turn in range(120):
        cache.put(turn % 12, frame(turn % 12))
        cache.store.collect(grace=0)
    stop.set()
    for thread in threads:
        thread.join()
    undo()
    assert wrong == [], "and nothing was taken for damaged"
    assert len(read) > 20
    assert cache.counts["evictions"] > 5


@pytest.mark.parametrize("verify", ["always", "first_open", "sampled", "never"])
@pytest.mark.parametrize("look", [1, 2], ids=["first look", "second look"])
@pytest.mark.parametrize("is_replaced", [True, False], ids=["replaced", "removed"])
def test_a_value_that_goes_between_its_pointer_and_its_file(
    tmp_path: Path, verify: str, look: int, is_replaced: bool
) -> None:
    cache, told, looks = made(tmp_path, f"verify: {verify}"), list[object](), list[str]()
    cache.put("k", FRAME)
    assert cache.get("k").equals(FRAME)
    pointer = cache.store.pointer

    def late(key: str) -> object:
        found = pointer(key)
        looks.append(key)
        if len(looks) == look:
            cache.store.remove(key)
            if is_replaced:
                cache.put("k", FRAME.head(1))
            cache.store.collect(grace=0)
        return found

    undo = events.subscribe(told.append)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cache.store, "pointer", late)
        found = cache.get("k")
    undo()
    assert told == []
    if len(looks) < look:
        assert found.equals(FRAME), "it asked once"
    else:
        assert found.equals(FRAME.head(1)) if is_replaced else found is None
