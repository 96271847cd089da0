"""A power cut at any moment: what was acknowledged is there, what was not is there whole or not at all."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from peakguard.runtime import fsops
from peakguard.runtime.errors import PeakguardError
from peakguard.runtime.store.store import Store
from peakguard.runtime.store.sweep import pin, sweep
from tests.crash.recording import Recording, Step, recorded
from tests.crash.states import State, materialise, states

Program = Callable[[str, Recording], None]
VALUES = {name: name.encode() * 40 for name in ("one", "two", "three")}


def putting(root: str, disk: Recording) -> None:
    store = Store(root)
    for name in ("one", "two", "one"):
        store.put("k", VALUES[name], {"name": name})
        disk.ack(f"k {name}")


def two_keys(root: str, disk: Recording) -> None:
    store = Store(root)
    store.put("k", VALUES["one"])
    disk.ack("k one")
    store.put("other", VALUES["one"])
    disk.ack("other one")
    store.put("k", VALUES["two"])
    disk.ack("k two")


def removing(root: str, disk: Recording) -> None:
    store = Store(root)
    store.put("k", VALUES["one"])
    disk.ack("k one")
    store.remove("k")
    disk.ack("k gone")
    store.put("k", VALUES["two"])
    disk.ack("k two")


def sweeping(root: str, disk: Recording) -> None:
    store = Store(root)
    store.put("k", VALUES["one"])
    disk.ack("k one")
    store.put("k", VALUES["two"])
    disk.ack("k two")
    pin(store, "run", [hashlib.sha256(VALUES["three"]).hexdigest()])
    sweep(store, grace=-10.0)


def setting_aside(root: str, disk: Recording) -> None:
    store = Store(root)
    made = store.put("k", VALUES["one"])
    disk.ack("k one")
    store.set_aside(store.places.object(made.digest), made.digest, "for the test")
    disk.ack("k one aside")
    store.put("k", VALUES["one"])
    disk.ack("k one again")


PROGRAMS = [putting, two_keys, removing, sweeping, setting_aside]


def violations(program: Program, tmp_path: Path, *, weak: bool) -> tuple[int, list[str]]:
    """How many states were looked at, and what was wrong in which."""
    live = tmp_path / "live"
    live.mkdir()
    with recorded(str(live)) as disk:
        program(str(live / "store"), disk)
    seen: set[Any] = set()
    wrong: list[str] = []
    looked_at = 0
    for state in states(disk.steps, weak=weak):
        key = (state.folders, tuple(sorted(state.files.items())), state.acked)
        if key in seen:
            continue
        seen.add(key)
        looked_at += 1
        root = tmp_path / f"state{looked_at}"
        materialise(state, str(root))
        wrong += judge(disk.steps, state, str(root / "store"))
    return looked_at, wrong


def judge(steps: list[Step], state: State, root: str) -> list[str]:
    """Each key has the value that was last acknowledged, or the one that was being put."""
    labels = [step.path for step in steps if step.call == "ack"]
    found = []
    try:
        store = Store(root)
    except PeakguardError as error:
        return [str(error)]
    for key in {label.split()[0] for label in labels}:
        of_key = [label for label in labels if label.split()[0] == key]
        done = [label for label in state.acked if label.split()[0] == key]
        allowed = {value_of(done[-1]) if done else None}
        if len(done) < len(of_key):
            allowed.add(value_of(of_key[len(done)]))
        try:
            read = store.read(key)
        except Exception as error:  # noqa: BLE001 # whatever it is, a reader must not see it
            found.append(f"{key} after {state.acked}: {error!r}")
            continue
        value = read[1] if read is not None else None
        if value not in allowed:
            found.append(f"{key} after {state.acked}: {value!r}")
    return found


def value_of(label: str) -> bytes | None:
    words = label.split()
    return None if words[-1] in ("gone", "aside") else VALUES[words[1]]


@pytest.mark.parametrize("weak", [False, True], ids=["ordered", "weak"])
@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.__name__)
def test_no_crash_loses_what_was_acknowledged(program: Program, weak: bool, tmp_path: Path) -> None:
    looked_at, wrong = violations(program, tmp_path, weak=weak)
    assert looked_at > 50
    assert wrong == []


def no_file_sync(patch: pytest.MonkeyPatch) -> None:
    real = fsops._write_new

    def unsynced(path: str, data: bytes, *, sync: bool, flags: int, mode_of: str | None = None) -> None:
        assert sync
        real(path, data, sync=False, flags=flags, mode_of=mode_of)

    patch.setattr(fsops, "sync_file", nothing)
    patch.setattr(fsops, "_write_new", unsynced)


def no_folder_sync(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(fsops, "sync_folder", nothing)


def nothing(path: str) -> None:
    assert path


def pointer_first(patch: pytest.MonkeyPatch) -> None:
    keep, point = Store._keep_object, Store._point
    held: list[tuple[str, bytes]] = []

    def later(self: Store, key: str, pointer: Any) -> None:
        point(self, key, pointer)
        keep(self, *held.pop())

    def hold(_: Store, digest: str, data: bytes) -> None:
        held.append((digest, data))

    patch.setattr(Store, "_keep_object", hold)
    patch.setattr(Store, "_point", later)


def in_place(patch: pytest.MonkeyPatch) -> None:
    def point(self: Store, key: str, pointer: Any) -> None:
        from peakguard.runtime.store.pointer import encode

        path = self.places.pointer(key)
        self._folder(os.path.dirname(path))
        fsops._write_new(path, encode(pointer), sync=True, flags=os.O_TRUNC)
        fsops.sync_folder(os.path.dirname(path))

    patch.setattr(Store, "_point", point)


def same_name_for_all_values(patch: pytest.MonkeyPatch) -> None:
    """As a data file with its checksum beside it: the object of a key is replaced, then the pointer."""
    keep = Store._keep_object

    def over(self: Store, digest: str, data: bytes) -> None:
        assert digest
        keep(self, "0" * 64, data)

    patch.setattr(Store, "_keep_object", over)

    def bytes_of(self: Store, pointer: Any) -> bytes | None:
        path = self.places.object("0" * 64)
        if not os.path.exists(path):
            return None
        data = Path(path).read_bytes()
        return data if hashlib.sha256(data).hexdigest() == pointer.digest else None

    patch.setattr(Store, "bytes_of", bytes_of)


@pytest.mark.parametrize("mutant", [no_file_sync, no_folder_sync, pointer_first, in_place, same_name_for_all_values])
def test_a_protocol_that_leaves_a_step_out_is_caught(
    mutant: Callable[[pytest.MonkeyPatch], None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mutant(monkeypatch)
    for weak in (False, True):
        folder = tmp_path / str(weak)
        folder.mkdir()
        assert violations(putting, folder, weak=weak)[1]
