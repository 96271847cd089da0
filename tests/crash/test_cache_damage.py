"""Values of a cache that were changed behind its back: none is ever given, in any mode that looks."""

from __future__ import annotations

import os
import random
from pathlib import Path

import polars as pl
import pytest

from peakguard.kinds.cache.cache import Cache
from peakguard.kinds.cache.model import Cache as Model
from tests.crash.test_damage import cut, flipped, grown, swapped, zeroed
from tests.unit.cache.made import made

CODECS = ["none", "snappy", "zstd", "lz4"]
MODES = ["always", "first_open", "sampled"]
CHANGES = [flipped, flipped, flipped, cut, zeroed, grown, swapped]
COUNT = 70
LATE = [flipped, zeroed]


def prices(seed: int) -> pl.DataFrame:
    rng = random.Random(seed)
    return pl.DataFrame({"time": list(range(600)), **{name: [rng.random() for _ in range(600)] for name in "ohlc"}})


def kept(folder: str, mode: str, codec: str) -> tuple[Cache, Path, bytes, bytes]:
    """A cache with a value, the path of its object, its bytes and those of another value."""
    Path(folder).mkdir()
    cache = made(Path(folder), f"verify: {mode}, compression: {codec}, durability: rename")
    cache.put("a", prices(2))
    path = cache.store.layout.object(next(cache.entries()).digest)
    other = Path(path).read_bytes()
    cache.put("a", prices(1))
    path = cache.store.layout.object(next(cache.entries()).digest)
    return cache, Path(path), Path(path).read_bytes(), other


def outcomes(cache: Cache, path: Path, changed: bytes, value: bytes) -> list[bool | None]:
    """Whether what is given is right, None where nothing is; for the whole frame and for one of its columns."""
    expected = prices(1)
    assert cache.get("a") is not None, "seen whole, and then changed"
    path.write_bytes(changed)
    found = []
    for columns in (None, ["h"]):
        frame = cache.get("a", columns=columns)
        found.append(None if frame is None else frame.equals(expected if columns is None else expected.select(columns)))
    path.write_bytes(value)
    return found


@pytest.mark.parametrize("codec", CODECS)
@pytest.mark.parametrize("mode", MODES[:2])
def test_no_change_is_given_as_a_value(scratch: str, mode: str, codec: str) -> None:
    cache, path, value, other = kept(scratch, mode, codec)
    rng, unseen = random.Random(f"{mode} {codec}"), 0
    for number in range(COUNT):
        found = outcomes(cache, path, CHANGES[number % len(CHANGES)](value, other, rng), value)
        assert False not in found
        unseen += found.count(True)
    assert unseen <= 2 * COUNT // 10, "a zeroed page may have been one of zeros"


@pytest.mark.parametrize("codec", CODECS)
@pytest.mark.parametrize("mode", MODES[1:])
def test_pages_are_compared_where_the_whole_file_is_not(scratch: str, mode: str, codec: str) -> None:
    """A file that was seen whole, and is damaged after it without any sign of a change."""
    cache, path, value, other = kept(scratch, mode, codec)
    rng, state = random.Random(f"late {mode} {codec}"), os.stat(path)
    found = []
    for number in range(COUNT):
        os.utime(path, ns=(state.st_atime_ns, state.st_mtime_ns))
        assert cache.get("a") is not None
        changed = LATE[number % len(LATE)](value, other, rng)
        with path.open("r+b") as file:
            file.write(changed)
        os.utime(path, ns=(state.st_atime_ns, state.st_mtime_ns))
        frame = cache.get("a")
        found.append(None if frame is None else frame.equals(prices(1)))
        with path.open("r+b") as file:
            file.write(value)
    assert False not in found
    assert found.count(None) > COUNT // 2


def test_without_verification_changes_are_given_as_values(scratch: str) -> None:
    """What `verify: never` gives up, and the proof that the others are not right by luck."""
    cache, path, value, other = kept(scratch, "never", "none")
    rng = random.Random(7)
    found = [outcomes(cache, path, flipped(value, other, rng), value)[0] for _ in range(30)]
    assert found.count(False) > 20


def test_every_mode_is_tried() -> None:
    annotation = str(Model.model_fields["verify"].annotation)
    assert all(f"'{mode}'" in annotation for mode in (*MODES, "never"))
