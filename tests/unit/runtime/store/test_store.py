"""The store beside a dictionary: what is put is read back, and what is damaged is never given out."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from peakguard.runtime import fsops
from peakguard.runtime.errors import PeakguardError
from peakguard.runtime.events import Event, subscribe
from peakguard.runtime.store.places import boot
from peakguard.runtime.store.pointer import Pointer, decode, encode
from peakguard.runtime.store.store import Store
from peakguard.runtime.store.sweep import check, pin, pinned, sweep, unpin

KEYS = st.sampled_from(["a", "b", "", "ä/…", "x" * 10_000, "\ud800", "../../etc", "a\nb"])


class StoreMachine(RuleBasedStateMachine):
    """Any order of steps, by two instances on one folder."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.mkdtemp()
        self.stores = [Store(self.folder, durability="rename") for _ in range(2)]
        self.values: dict[str, bytes] = {}
        self.generations: dict[str, int] = {}

    @rule(key=KEYS, value=st.binary(max_size=40), which=st.integers(0, 1))
    def put(self, key: str, value: bytes, which: int) -> None:
        made = self.stores[which].put(key, value, {"size": len(value)})
        assert made.generation == self.generations.get(key, 0) + 1
        self.values[key], self.generations[key] = value, made.generation

    @rule(key=KEYS, which=st.integers(0, 1))
    def remove(self, key: str, which: int) -> None:
        assert self.stores[which].remove(key) is (key in self.values)
        self.values.pop(key, None)
        self.generations.pop(key, None)

    @rule(key=KEYS, value=st.binary(max_size=9), off=st.sampled_from([-1, 0, 1]))
    def put_as_expected(self, key: str, value: bytes, off: int) -> None:
        now = self.generations.get(key, 0)
        if off:
            with pytest.raises(PeakguardError) as caught:
                self.stores[0].put(key, value, expected=now + off)
            assert caught.value.code == "PG2043"
            return
        made = self.stores[0].put(key, value, expected=now)
        self.values[key], self.generations[key] = value, made.generation

    @rule(grace=st.sampled_from([-1.0, 3600.0]))
    def sweeps(self, grace: float) -> None:
        sweep(self.stores[0], grace=grace)

    @rule(key=KEYS, place=st.integers(0, 1000), of_pointer=st.booleans())
    def damage(self, key: str, place: int, of_pointer: bool) -> None:
        store = self.stores[0]
        found = store.get(key)
        if found is None:
            return
        path = store.places.pointer(key) if of_pointer else store.places.object(found.digest)
        data = bytearray(Path(path).read_bytes())
        if not data:
            return
        data[place % len(data)] ^= 1 << place % 8
        Path(path).write_bytes(data)
        for other in [each for each, value in self.values.items() if value == self.values[key]]:
            if of_pointer and other != key:
                continue
            assert store.read(other) is None
            if of_pointer:
                self.values.pop(other)
                self.generations.pop(other)
            else:
                self.put(other, self.values[other], 1)

    @invariant()
    def everything_is_read_back(self) -> None:
        for store in self.stores:
            for key, value in self.values.items():
                found = store.read(key)
                assert found is not None
                assert (found[1], found[0].generation) == (value, self.generations[key])
            assert {pointer.key for pointer in store.pointers()} == set(self.values)

    def teardown(self) -> None:
        shutil.rmtree(self.folder)


StoreMachine.TestCase.settings = settings(max_examples=40, stateful_step_count=20, deadline=None)
TestStore = StoreMachine.TestCase


@pytest.fixture
def heard() -> Iterator[list[Event]]:
    events: list[Event] = []
    stop = subscribe(events.append)
    yield events
    stop()


def test_no_flipped_bit_cut_or_zero_is_ever_given_out(tmp_path: Path, heard: list[Event]) -> None:
    store = Store(str(tmp_path), durability="none")
    draw = Random(5)
    data = draw.randbytes(5000)
    for trial in range(1500):
        made = store.put("k", data)
        of_pointer = trial % 3 == 0
        path = Path(store.places.pointer("k") if of_pointer else store.places.object(made.digest))
        held = bytearray(path.read_bytes())
        match trial % 4:
            case 0 | 1:
                held[draw.randrange(len(held))] ^= 1 << draw.randrange(8)
            case 2:
                del held[draw.randrange(len(held)) :]
            case 3:
                start = draw.randrange(len(held))
                held[start : start + 512] = bytes(len(held[start : start + 512]))
        if bytes(held) == path.read_bytes():
            continue
        path.write_bytes(held)
        assert store.read("k") is None
    assert len([event for event in heard if event.name == "object_damaged"]) > 1400


def test_a_pointer_of_another_key_or_an_older_object_is_not_taken(tmp_path: Path) -> None:
    store = Store(str(tmp_path))
    first, second = store.put("a", b"one"), store.put("b", b"two")
    shutil.copy(store.places.pointer("a"), store.places.pointer("b"))
    assert store.get("b") is None
    shutil.copy(store.places.object(first.digest), store.places.object(second.digest))
    store.put("c", b"three")
    assert store.bytes_of(second) is None


def test_what_writers_that_are_gone_have_left_is_swept_and_what_lives_is_not(tmp_path: Path) -> None:
    store = Store(str(tmp_path))
    store.put("k", b"one")
    gone = subprocess.run([sys.executable, "-c", "import os; print(os.getpid())"], capture_output=True, check=True)
    names = [f"{boot()}-{int(gone.stdout)}-{'0' * 16}", f"00000000-{os.getpid()}-{'0' * 16}"]
    names += [f"{boot()}-{os.getpid()}-{'1' * 16}", "somebody's own file"]
    for name in names:
        (tmp_path / "temporary" / name).write_bytes(b"half")
    assert sweep(store).temporary == 2
    assert sorted(path.name for path in (tmp_path / "temporary").iterdir()) == sorted(names[2:])


def test_what_is_pinned_stays_and_a_pin_that_cannot_be_read_keeps_everything(tmp_path: Path) -> None:
    store = Store(str(tmp_path))
    old = store.put("k", b"one")
    store.put("k", b"two")
    pin(store, "run", [old.digest])
    assert pinned(store) == {old.digest}
    assert sweep(store, grace=-1).objects == 0
    (tmp_path / "pins" / "other.json").write_text("[")
    with pytest.raises(ValueError, match="Expecting"):
        sweep(store, grace=-1)
    (tmp_path / "pins" / "other.json").unlink()
    assert unpin(store, "run")
    assert sweep(store, grace=-1).objects == 1


def test_everything_is_checked_at_once(tmp_path: Path) -> None:
    store = Store(str(tmp_path))
    pointers = [store.put(name, name.encode()) for name in "abcd"]
    Path(store.places.object(pointers[0].digest)).write_bytes(b"x")
    Path(store.places.object(pointers[1].digest)).unlink()
    Path(store.places.pointer("c")).write_bytes(b"x")
    found = check(store)
    assert (found.pointers, found.objects, len(found.damaged)) == (3, 2, 2)
    assert sorted(found.dangling) == ["a", "b"]
    assert len(list((tmp_path / "quarantine").iterdir())) == 2


@pytest.mark.parametrize("error", ["ENOSPC", "EIO", "EROFS", "EACCES"])
@pytest.mark.parametrize("call", ["open", "write", "fsync", "replace", "mkdir"])
def test_what_the_disk_refuses_is_one_error_and_what_was_there_stays(
    call: str, error: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import errno

    store = Store(str(tmp_path / "store"))
    store.put("k", b"before")

    def refuse(*_: Any, **__: Any) -> Any:
        raise OSError(getattr(errno, error), os.strerror(getattr(errno, error)))

    with monkeypatch.context() as patch:
        patch.setattr(fsops.disk, call, refuse, raising=True)
        fresh = Store(str(tmp_path / "store"))
        with pytest.raises(PeakguardError) as caught:
            fresh.put("new key" if call == "mkdir" else "k", b"after")
    assert caught.value.code == "PG2041"
    assert Store(str(tmp_path / "store")).read("k") == (store.get("k"), b"before")
    assert [path.name for path in (tmp_path / "store" / "temporary").iterdir()] == []


def test_a_failed_sync_is_never_tried_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    calls = 0

    def fails(_: int) -> None:
        nonlocal calls
        calls += 1
        raise OSError(5, "Input/output error")

    store = Store(str(tmp_path))
    store.put("k", b"one")
    monkeypatch.setattr(fsops.disk, "fsync", fails)
    with pytest.raises(PeakguardError):
        store.put("k", b"two")
    assert calls == 1


def test_a_store_of_a_newer_form_and_one_that_is_a_file_are_refused(tmp_path: Path) -> None:
    (tmp_path / "newer").mkdir()
    (tmp_path / "newer" / "format").write_text("peakguard store 2\n")
    with pytest.raises(PeakguardError) as caught:
        Store(str(tmp_path / "newer"))
    assert (caught.value.code, caught.value.context["found"]) == ("PG2040", "peakguard store 2")
    (tmp_path / "file").write_text("x")
    with pytest.raises(PeakguardError) as caught:
        Store(str(tmp_path / "file")).put("k", b"one")
    assert caught.value.code in ("PG2041", "PG2042")


def test_pointers_survive_their_form_and_nothing_else_does() -> None:
    pointer = Pointer("k\udc80", 3, "0" * 64, 5, 7, {"a": [1, {"b": None}]})
    assert decode(encode(pointer)) == pointer
    assert decode(b"") is decode(b"{}\n") is decode(encode(pointer)[:-1]) is None
    with pytest.raises(ValueError, match="larger"):
        encode(pointer._replace(meta={"a": "x" * 70_000}))


def test_threads_see_generations_that_only_rise(tmp_path: Path) -> None:
    store = Store(str(tmp_path), durability="none")
    store.put("k", b"0")
    wrong: list[str] = []
    stop = threading.Event()

    def writes(name: int) -> None:
        for number in range(40):
            store.put("k", f"{name} {number}".encode())

    def reads() -> None:
        last = 0
        while not stop.is_set():
            found = store.read("k")
            if found is None or found[0].generation < last:
                wrong.append(f"{found} after {last}")
            else:
                last = found[0].generation

    readers = [threading.Thread(target=reads) for _ in range(3)]
    writers = [threading.Thread(target=writes, args=(name,)) for name in range(4)]
    for thread in (*readers, *writers):
        thread.start()
    for thread in writers:
        thread.join()
    stop.set()
    for thread in readers:
        thread.join()
    now = store.get("k")
    assert now is not None
    assert (wrong, now.generation) == ([], 161)
