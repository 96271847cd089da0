"""What a store keeps, what it refuses, and what becomes of what nobody names."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from peakguard.diagnostics import codes
from peakguard.runtime import fsops
from peakguard.runtime.errors import PeakguardError
from peakguard.runtime.store import Store
from peakguard.runtime.store.sealed import seal, unseal

KEYS = [
    "",
    "a",
    "A",
    "a/b",
    "../../etc/passwd",
    "\0",
    "\ud800",
    "é",
    "e\u0301",
    "日本" * 5000,
    "x" * 10_000,
    "con",
    ".",
]


def value(store: Store, key: str) -> bytes | None:
    entry = store.get(key)
    return entry.data if entry is not None else None


def files(store: Store) -> dict[str, bytes]:
    root = Path(store.layout.root)
    kept = [path for path in root.rglob("*") if path.is_file() and path.parent.name != "locks"]
    return {str(path.relative_to(root)): path.read_bytes() for path in kept}


def refused(code: str, call: Any, *arguments: Any) -> PeakguardError:
    with pytest.raises(PeakguardError) as caught:
        call(*arguments)
    assert caught.value.code == code
    return caught.value


def test_every_key_has_its_own_value(tmp_path: Path) -> None:
    store = Store(tmp_path / "store")
    for number, key in enumerate(KEYS):
        store.put(key, b"%d" % number, {"number": number})
    again = Store(tmp_path / "store")
    assert [value(again, key) for key in KEYS] == [b"%d" % number for number in range(len(KEYS))]
    kept = {found.key: found.meta for found in again.pointers() if not isinstance(found, PeakguardError)}
    assert kept == {key: {"number": number} for number, key in enumerate(KEYS)}
    assert not os.listdir(store.layout.tmp)


OPERATIONS = st.lists(
    st.tuples(
        st.sampled_from(["put", "remove", "collect", "pin", "unpin"]), st.sampled_from("abc"), st.binary(max_size=4)
    ),
    max_size=12,
)


@settings(max_examples=60, deadline=None)
@given(OPERATIONS)
def test_a_store_is_a_dictionary(operations: list[tuple[str, str, bytes]]) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        store, model, generations = Store(f"{folder}/s", durability="rename"), dict[str, bytes](), dict[str, int]()
        for operation, key, data in operations:
            if operation == "put":
                generation = store.put(key, data).generation
                assert generation == generations.get(key, 0) + 1
                model[key], generations[key] = data, generation
            elif operation == "remove":
                assert store.remove(key) is (model.pop(key, None) is not None)
                generations.pop(key, None)
            elif operation == "pin" and key in model:
                store.pin(key, [store.put(key, model[key]).digest])
                generations[key] += 1
            elif operation == "unpin":
                store.unpin(key)
            else:
                store.collect(grace=0)
            assert {each: value(store, each) for each in "abc"} == {each: model.get(each) for each in "abc"}


def test_reading_makes_nothing(tmp_path: Path) -> None:
    store = Store(tmp_path / "store")
    assert store.get("a") is None
    assert store.collect(grace=0) == (0, 0, 0)
    assert list(store.pointers()) == []
    assert not (tmp_path / "store").exists()


def test_metadata_that_json_cannot_hold_changes_nothing(tmp_path: Path) -> None:
    store = Store(tmp_path / "store")
    store.put("a", b"1")
    before = files(store)
    for meta in ({"x": object()}, {"x": float("nan")}):
        with pytest.raises((TypeError, ValueError)):
            store.put("a", b"2", meta)
    assert files(store) == before


def test_a_store_of_a_newer_release_is_left_alone(tmp_path: Path) -> None:
    store = Store(tmp_path / "store")
    store.put("a", b"1")
    Path(store.layout.format).write_bytes(seal({"peakguard_store": 2}))
    before = files(store)
    error = refused(codes.STORE_NEWER, Store, tmp_path / "store")  # PG2042
    assert (error.context["version"], error.context["known"]) == (2, 1)
    assert files(store) == before


@pytest.mark.parametrize("content", [None, b"", b"2\n", b"{}\n"])
def test_a_folder_of_something_else_is_left_alone(tmp_path: Path, content: bytes | None) -> None:
    (tmp_path / "prices.csv").write_bytes(b"close\n1\n")
    if content is not None:
        (tmp_path / "format").write_bytes(content)
    refused(codes.STORE_FOREIGN, Store, tmp_path)  # PG2043
    assert (tmp_path / "prices.csv").read_bytes() == b"close\n1\n"


@pytest.mark.parametrize("call", ["open", "write", "fsync", "replace"])
@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EIO, errno.EROFS, errno.EDQUOT])
def test_what_the_system_refuses_is_told_and_the_old_value_stands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str, number: int
) -> None:
    store = Store(tmp_path / "store")
    store.put("a", b"old")

    class Refusing:
        def __getattr__(self, name: str) -> Any:
            def refuse(*_: Any) -> None:
                raise OSError(number, os.strerror(number))

            return refuse if name == call else getattr(os, name)

    monkeypatch.setattr(fsops, "system", Refusing())
    error = refused(codes.STORE_REFUSED, store.put, "a", b"new")  # PG2040
    assert error.context["reason"] == os.strerror(number).lower()
    monkeypatch.undo()
    assert value(store, "a") == b"old"
    assert os.listdir(store.layout.tmp) == []


def test_a_failed_sync_is_not_tried_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tried = []

    class Failing:
        def __getattr__(self, name: str) -> Any:
            return getattr(os, name)

        def fsync(self, descriptor: int) -> None:
            tried.append(descriptor)
            raise OSError(errno.EIO, "failed")

    monkeypatch.setattr(fsops, "system", Failing())
    with pytest.raises(fsops.Unsynced):
        fsops.write_atomic(tmp_path / "file", b"data")
    assert len(tried) == 1
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize("place", ["object", "pointer"])
@pytest.mark.parametrize("change", [b"", b"other", None])
def test_what_is_damaged_is_refused_kept_and_mended_by_a_put(tmp_path: Path, place: str, change: bytes | None) -> None:
    store = Store(tmp_path / "store")
    made = store.put("a", b"value")
    path = Path(store.layout.object(made.digest) if place == "object" else store.layout.pointer("a"))
    whole = path.read_bytes()
    path.write_bytes(whole[:-1] if change is None else change)
    found = path.read_bytes()
    for _ in range(2):
        error = refused(codes.STORE_DAMAGED, store.get, "a")  # PG2041
    assert Path(error.context["aside"]).read_bytes() == found
    assert "problem" in unseal(Path(f"{error.context['aside']}.reason").read_bytes()) or place == "object"
    assert len(os.listdir(store.layout.quarantine)) == 2
    store.put("a", b"value")
    assert value(store, "a") == b"value"
    assert Path(error.context["aside"]).read_bytes() == found


def test_the_pointer_of_another_key_is_damage(tmp_path: Path) -> None:
    store = Store(tmp_path / "store")
    store.put("a", b"1")
    store.put("b", b"2")
    Path(store.layout.pointer("a")).write_bytes(Path(store.layout.pointer("b")).read_bytes())
    refused(codes.STORE_DAMAGED, store.get, "a")
    assert value(store, "b") == b"2"


def test_a_missing_object_is_damage_and_not_a_miss(tmp_path: Path) -> None:
    store = Store(tmp_path / "store")
    os.unlink(store.layout.object(store.put("a", b"1").digest))
    refused(codes.STORE_DAMAGED, store.get, "a")


def test_nothing_is_collected_while_a_name_cannot_be_read(tmp_path: Path) -> None:
    store = Store(tmp_path / "store")
    store.put("a", b"1")
    store.pin("run", [store.put("a", b"2").digest])
    pin = Path(store.layout.pin("run"))
    whole = pin.read_bytes()
    pin.write_bytes(whole[:-3])
    before = len(os.listdir(store.layout.objects))
    refused(codes.STORE_DAMAGED, lambda: store.collect(grace=0))
    assert len(os.listdir(store.layout.objects)) == before
    pin.write_bytes(whole)
    assert store.collect(grace=0).objects == 1


def test_what_is_young_or_from_the_future_is_not_collected(tmp_path: Path) -> None:
    store = Store(tmp_path / "store")
    path = store.layout.object(store.put("a", b"1").digest)
    store.remove("a")
    assert store.collect().objects == 0
    os.utime(path, (time.time() + 9e6, time.time() + 9e6))
    assert store.collect(grace=0).objects == 0
    os.utime(path, (0, 0))
    assert store.collect() == (1, 1, 0)


def test_the_litter_of_the_dead_is_swept_and_that_of_the_living_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = Store(tmp_path / "store")
    store.put("a", b"1")
    program = (
        "import sys; from peakguard.runtime.store import writers, Store; "
        "open(writers.temporary_path(Store(sys.argv[1]).layout), 'w').close()"
    )
    subprocess.run([sys.executable, "-c", program, str(tmp_path / "store")], check=True)
    from peakguard.runtime.store import writers

    mine, stranger = writers.temporary_path(store.layout), os.path.join(store.layout.tmp, "0123-1-ab")
    for path in (mine, stranger):
        Path(path).touch()
    assert store.collect().temporary == 1
    assert sorted(os.listdir(store.layout.tmp)) == sorted(map(os.path.basename, (mine, stranger)))
    os.utime(stranger, (0, 0))
    assert store.collect().temporary == 0, "its time of change is that of an object: it may be a second name"
    monkeypatch.setattr(writers, "STRANGER", -1.0)
    assert store.collect().temporary == 1


@pytest.mark.parametrize("error", [OSError(errno.ENOLCK, "no locks"), NotImplementedError()])
def test_a_file_system_without_locks_costs_the_lock_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    import filelock

    def refuse(*_: Any, **__: Any) -> None:
        raise error

    monkeypatch.setattr(filelock.FileLock, "acquire", refuse)
    store = Store(tmp_path / "store")
    store.put("a", b"1")
    assert value(store, "a") == b"1"


def test_a_writer_that_hangs_does_not_hold_the_others_up(tmp_path: Path) -> None:
    from peakguard.runtime.store.locks import locked

    store = Store(tmp_path / "store", patience=0.05)
    store.put("a", b"1")
    with locked(store.layout, "a") as is_held:
        assert is_held
        store.put("a", b"2")
    assert value(store, "a") == b"2"


def test_a_file_system_without_second_names_keeps_a_copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = Store(tmp_path / "store")
    path = Path(store.layout.object(store.put("a", b"value").digest))
    path.write_bytes(b"other")

    class WithoutLinks:
        def __getattr__(self, name: str) -> Any:
            return getattr(os, name)

        def link(self, *_: Any) -> None:
            raise OSError(errno.EPERM, "no links here")

    monkeypatch.setattr(fsops, "system", WithoutLinks())
    error = refused(codes.STORE_DAMAGED, store.get, "a")
    assert Path(error.context["aside"]).read_bytes() == b"other"


def test_an_object_by_its_digest_is_verified(tmp_path: Path) -> None:
    store = Store(tmp_path / "store")
    digest = store.add(b"value")
    assert store.object(digest) == b"value"
    assert store.object("0" * 64) is None
    path = Path(store.layout.object(digest))
    path.write_bytes(b"other")
    error = refused(codes.STORE_DAMAGED, store.object, digest)
    assert Path(error.context["aside"]).read_bytes() == b"other"


@pytest.mark.parametrize("damaged", [[], ["b"], ["a", "c"], ["a", "b", "c"]])
def test_damaged_pointers_are_dropped_and_counted(tmp_path: Path, damaged: list[str]) -> None:
    store = Store(tmp_path / "store")
    for key in "abc":
        store.put(key, key.encode())
    for key in damaged:
        Path(store.layout.pointer(key)).write_bytes(b"other")
    assert store.drop_damaged() == len(damaged)
    assert {key: value(store, key) for key in "abc"} == {key: None if key in damaged else key.encode() for key in "abc"}
    assert store.drop_damaged() == 0
