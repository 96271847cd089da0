"""Every state that a power cut may leave, for every public operation of the store."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from peakguard.diagnostics import codes
from peakguard.runtime.errors import PeakguardError
from peakguard.runtime.store import Store
from tests.crash.oracle import OfStore, enumerate_states
from tests.crash.protocols import InPlace, Sidecar, SwappedStore
from tests.crash.recording import Operation, Recorder, recording

OLD, NEW, OTHER = b"old" * 60, b"new" * 70, b"other" * 50


class Acts:
    """A store whose operations are noted, with what they acknowledge."""

    def __init__(self, store: Any, recorder: Recorder) -> None:
        self.store = store
        self.recorder = recorder

    def put(self, key: str, value: bytes) -> None:
        """Put, from the first call to the acknowledgement."""
        self.recorder.note("begin", key, value)
        self.store.put(key, value)
        self.recorder.note("acknowledge", key, value)

    def remove(self, key: str) -> None:
        """Remove likewise."""
        self.recorder.note("begin", key, None)
        self.store.remove(key)
        self.recorder.note("acknowledge", key, None)

    def hurt(self, key: str) -> None:
        """Flip a bit of the object of a key, as a disk does."""
        self._flip(key, self.store.layout.object(self.store.pointer(key).digest))

    def hurt_pointer(self, key: str) -> None:
        """Flip a bit of the pointer of a key."""
        self._flip(key, self.store.layout.pointer(key))

    def _flip(self, key: str, path: str) -> None:
        with open(path, "r+b") as file:
            data = bytearray(file.read())
            data[5] ^= 1
            file.seek(0)
            file.write(data)
        self.recorder.note("hurt", key, None)
        self.recorder.operations += [
            Operation("truncate", path),
            Operation("write", path, data=bytes(data)),
            Operation("sync_file", path),
        ]


def put(acts: Acts) -> None:
    acts.put("a", OLD)


def overwrite(acts: Acts) -> None:
    acts.put("a", OLD)
    acts.put("b", OTHER)
    acts.put("a", NEW)


def put_again(acts: Acts) -> None:
    acts.put("a", OLD)
    acts.put("b", OLD)
    acts.put("a", OLD)


def remove(acts: Acts) -> None:
    acts.put("a", OLD)
    acts.put("b", OLD)
    acts.remove("a")
    acts.put("a", NEW)


def collect(acts: Acts) -> None:
    overwrite(acts)
    acts.remove("b")
    acts.store.collect(grace=0)
    acts.put("b", OTHER)


def pin(acts: Acts) -> None:
    acts.put("a", OLD)
    acts.store.pin("run", [acts.store.pointer("a").digest])
    acts.recorder.note("pinned", "", OLD)
    acts.remove("a")
    acts.store.collect(grace=0)
    acts.recorder.note("unpinning", "", OLD)
    acts.store.unpin("run")
    acts.store.collect(grace=0)


def repair(acts: Acts) -> None:
    acts.put("a", OLD)
    acts.hurt("a")
    with pytest.raises(PeakguardError) as caught:
        acts.store.get("a")
    assert caught.value.code == codes.STORE_DAMAGED
    acts.put("a", OLD)
    acts.store.collect(grace=0)


def describe(acts: Acts) -> None:
    acts.put("a", OLD)
    acts.store.describe(acts.store.pointer("a"), {"contract": "1.0.0"})
    acts.put("a", NEW)
    acts.store.describe(acts.store.pointer("a"), {"contract": "2.0.0"})


def drop(acts: Acts) -> None:
    """A pointer that is damaged is taken away; the object goes with the next collection."""
    acts.put("b", OTHER)
    acts.put("a", OLD)
    acts.hurt_pointer("a")
    acts.recorder.note("begin", "a", None)
    assert acts.store.drop_damaged() == 1
    acts.recorder.note("acknowledge", "a", None)
    acts.store.collect(grace=0)
    acts.put("a", NEW)


SCENARIOS = [put, overwrite, put_again, remove, collect, pin, repair, describe, drop]


def recorded(scenario: Callable[[Acts], None], root: Path, kind: type = Store) -> list[Operation]:
    with recording() as recorder:
        scenario(Acts(kind(str(root / "store")), recorder))
    return recorder.operations


@pytest.mark.parametrize("is_weak", [False, True], ids=["ordered", "weak"])
@pytest.mark.parametrize("scenario", SCENARIOS)
def test_what_was_acknowledged_is_there_after_every_cut(
    tmp_path: Path, scratch: str, scenario: Callable[[Acts], None], is_weak: bool
) -> None:
    operations = recorded(scenario, tmp_path)
    outcome = enumerate_states(operations, str(tmp_path), scratch, OfStore, is_weak=is_weak)
    assert outcome.violations == []
    assert outcome.states > len(operations)


class Killed(BaseException):
    """The process is gone: no handler of the store may run on."""


@pytest.mark.slow
def test_another_process_goes_on_where_one_was_killed_and_then_the_power_fails(tmp_path: Path, scratch: str) -> None:
    count = len(recorded(overwrite, tmp_path / "whole"))
    for at in range(count - 1):  # the last is the acknowledgement
        root = tmp_path / str(at)
        with recording() as recorder:
            acts = Acts(Store(str(root / "store")), recorder)
            _kill_at(recorder, at)
            with pytest.raises(Killed):
                overwrite(acts)
            recorder.dead = False
            second = Acts(Store(str(root / "store")), recorder)
            second.store.collect(grace=0)
            second.put("c", OTHER)
        outcome = enumerate_states(recorder.operations, str(root), scratch, OfStore, is_weak=True, seed=at)
        assert outcome.violations == [], at


def _kill_at(recorder: Recorder, at: int) -> None:
    recorder.kill_at, recorder.killed = at, Killed


def without(kind: str, part: str = "") -> Callable[[list[Operation]], list[Operation]]:
    return lambda operations: [each for each in operations if not (each.kind == kind and part in each.path)]


@pytest.mark.parametrize(
    "mutant",
    [
        without("sync_file", "/store/tmp/"),
        without("sync_folder"),
        without("sync_folder", "/keys"),
        without("sync_folder", "/objects"),
    ],
    ids=["no sync of files", "no sync of folders", "no sync of keys", "no sync of objects"],
)
def test_a_store_that_syncs_less_is_caught(
    tmp_path: Path, scratch: str, mutant: Callable[[list[Operation]], list[Operation]]
) -> None:
    operations = mutant(recorded(overwrite, tmp_path))
    outcome = enumerate_states(operations, str(tmp_path), scratch, OfStore, is_weak=True, is_first_enough=True)
    assert outcome.violations


@pytest.mark.parametrize("kind", [SwappedStore, Sidecar, InPlace])
def test_another_protocol_is_caught(tmp_path: Path, scratch: str, kind: type) -> None:
    operations = recorded(overwrite, tmp_path, kind)
    reader: Callable[[str], Any] = OfStore if issubclass(kind, Store) else kind
    outcome = enumerate_states(operations, str(tmp_path), scratch, reader, is_weak=False, is_first_enough=True)
    assert outcome.violations


def test_a_collector_that_does_not_sync_the_keys_is_caught(tmp_path: Path, scratch: str) -> None:
    """A pointer that is seen and not durable must not cost the object of the one before it."""
    with recording() as recorder:
        acts = Acts(Store(str(tmp_path / "store")), recorder)
        acts.put("a", OLD)
        _kill_at(recorder, len(recorder.operations) + _until_pointer(tmp_path))
        with pytest.raises(Killed):
            acts.put("a", NEW)
        recorder.dead = False
        begun = len(recorder.operations)
        Store(str(tmp_path / "store")).collect(grace=0)
    operations = recorder.operations
    whole = enumerate_states(operations, str(tmp_path), scratch, OfStore, is_weak=True)
    assert whole.violations == []
    mutant = operations[:begun] + [each for each in operations[begun:] if each.kind != "sync_folder"]
    assert enumerate_states(mutant, str(tmp_path), scratch, OfStore, is_weak=True).violations


def _until_pointer(root: Path) -> int:
    """The operations of a put up to the pointer's rename, counted at another store."""
    with recording() as recorder:
        acts = Acts(Store(str(root / "other")), recorder)
        acts.put("a", OLD)
        begun = len(recorder.operations)
        acts.put("a", NEW)
    renames = [at for at, each in enumerate(recorder.operations) if each.kind == "rename" and "/keys/" in each.to]
    return renames[-1] + 1 - begun


def test_the_recorder_sees_what_fsops_does(tmp_path: Path) -> None:
    kinds = {each.kind for each in recorded(repair, tmp_path)}
    assert {"create", "write", "sync_file", "sync_folder", "rename", "link", "mkdir"} <= kinds
    assert os.path.isdir(tmp_path / "store" / "objects")
