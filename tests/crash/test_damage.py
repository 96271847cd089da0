"""Files that were changed behind the store's back: none is ever read as a value."""

from __future__ import annotations

import io
import os
import random
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from peakguard.diagnostics import codes
from peakguard.runtime.errors import PeakguardError
from peakguard.runtime.store import Store

CODECS = ["none", "snappy", "zstd", "lz4", "gzip", "brotli"]
CHANGES_OF_EACH = 550


def parquet(codec: str, seed: int) -> bytes:
    """A file of random prices, about 20 kB."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    rng = random.Random(seed)
    table = pa.table({"time": list(range(600)), **{name: [rng.random() for _ in range(600)] for name in "ohlc"}})
    sink = io.BytesIO()
    pq.write_table(table, sink, compression=codec, write_page_checksum=True)
    return sink.getvalue()


Change = Callable[[bytes, bytes, random.Random], bytes]


def flipped(data: bytes, _: bytes, rng: random.Random) -> bytes:
    changed = bytearray(data)
    changed[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
    return bytes(changed)


def cut(data: bytes, _: bytes, rng: random.Random) -> bytes:
    return data[: rng.randrange(len(data))]


def zeroed(data: bytes, _: bytes, rng: random.Random) -> bytes:
    start = rng.randrange(0, len(data), 4096)
    return data[:start] + bytes(len(data[start : start + 4096])) + data[start + 4096 :]


def grown(data: bytes, _: bytes, rng: random.Random) -> bytes:
    return data + rng.randbytes(rng.randrange(1, 100))


def swapped(_: bytes, other: bytes, __: random.Random) -> bytes:
    return other


def outcome(store: Store) -> str | None:
    """The code of the error; None where a value was read."""
    try:
        store.get("bars")
    except PeakguardError as error:
        return error.code
    return None


CHANGES: list[Change] = [flipped, flipped, flipped, flipped, flipped, cut, zeroed, grown, swapped]


@pytest.mark.parametrize("codec", CODECS)
def test_no_change_of_an_object_is_read_as_a_value(scratch: str, codec: str) -> None:
    store, rng = Store(scratch, durability="rename"), random.Random(codec)
    value, stale = parquet(codec, 1), parquet(codec, 2)
    store.put("bars", stale)
    path = Path(store.layout.object(store.put("bars", value).digest))
    silent = 0
    for number in range(CHANGES_OF_EACH):
        changed = CHANGES[number % len(CHANGES)](value, stale, rng)
        assert changed != value
        path.write_bytes(changed)
        silent += outcome(store) != codes.STORE_DAMAGED
        if number % 50 == 0:
            shutil.rmtree(store.layout.quarantine)
            os.mkdir(store.layout.quarantine)
    assert silent == 0
    store.put("bars", value)
    entry = store.get("bars")
    assert entry is not None
    assert entry.data == value


def test_no_change_of_a_pointer_is_followed(scratch: str) -> None:
    """Every bit, every length, and the pointer of another key."""
    store = Store(scratch, durability="rename")
    for key in ("bars", "other"):
        store.put(key, key.encode(), {"rows": 3})
    path = Path(store.layout.pointer("bars"))
    whole, other = path.read_bytes(), Path(store.layout.pointer("other")).read_bytes()
    flips = [
        whole[:at] + bytes([whole[at] ^ 1 << bit]) + whole[at + 1 :] for at in range(len(whole)) for bit in range(8)
    ]
    changes = [*flips, *(whole[:length] for length in range(len(whole))), bytes(len(whole)), whole + b"\n", other]
    assert len(changes) > 2000
    for changed in changes:
        path.write_bytes(changed)
        with pytest.raises(PeakguardError) as caught:
            store.get("bars")
        assert caught.value.code == codes.STORE_DAMAGED


def test_a_stale_pointer_whose_object_was_collected_is_damage(scratch: str) -> None:
    """One whose object is still there is a state that the key has had: the files cannot tell it."""
    store = Store(scratch, durability="rename")
    store.put("bars", b"old")
    path = Path(store.layout.pointer("bars"))
    stale = path.read_bytes()
    store.put("bars", b"new")
    store.collect(grace=0)
    path.write_bytes(stale)
    with pytest.raises(PeakguardError) as caught:
        store.get("bars")
    assert caught.value.code == codes.STORE_DAMAGED
