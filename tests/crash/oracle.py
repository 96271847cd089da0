"""What a reader must find after a crash: what was acknowledged, or what was under way."""

from __future__ import annotations

import hashlib
import os
import random
from collections.abc import Callable, Sequence
from typing import NamedTuple, Protocol

from peakguard.runtime.errors import PeakguardError
from peakguard.runtime.store import Store
from tests.crash.recording import Operation
from tests.crash.states import Model, lay_out


class Reader(Protocol):
    """What is asked of a store, or of a wrong protocol in its place."""

    def read(self, key: str) -> bytes | None:
        """The value; raises where there is one that is damaged."""


class Outcome(NamedTuple):
    """How many states were looked at, and what was wrong in which."""

    states: int
    violations: list[str]


class Expected:
    """What is known of keys and pins after a number of operations."""

    def __init__(self) -> None:
        self.settled: dict[str, bytes | None] = {}
        self.under_way: dict[str, list[bytes | None]] = {}
        self.hurt: set[str] = set()
        self.pinned: set[bytes] = set()

    def apply(self, operation: Operation) -> None:
        """Take in one operation."""
        key, value = operation.path, operation.data
        if operation.kind == "begin":
            self.settled.setdefault(key, None)
            self.under_way.setdefault(key, []).append(value)
        elif operation.kind == "acknowledge":
            self.settled[key], self.under_way[key] = value, []
            self.hurt.discard(key)
        elif operation.kind == "hurt":
            self.hurt.add(key)
        elif operation.kind == "pinned":
            self.pinned.add(value or b"")
        elif operation.kind == "unpinning":
            self.pinned.discard(value or b"")

    def wrong(self, reader: Reader) -> list[str]:
        """What a reader should not have found."""
        found = []
        for key, settled in self.settled.items():
            try:
                value = reader.read(key)
            except (PeakguardError, ValueError) as error:
                if key not in self.hurt:
                    found.append(f"{key}: {error}")
                continue
            if value not in (settled, *self.under_way.get(key, ())):
                found.append(f"{key}: {value!r} and not {settled!r}")
        return found


class OfStore:
    """The store as a reader, and what else is to hold in it: it can be written, and what is pinned stays."""

    def __init__(self, root: str) -> None:
        self._store = Store(root, durability="rename")

    def read(self, key: str) -> bytes | None:
        """The value of a key."""
        entry = self._store.get(key)
        return entry.data if entry is not None else None

    def go_on(self, expected: Expected) -> list[str]:
        """Work on with what the crash left."""
        self._store.put("afterwards", b"new")
        if not expected.hurt:
            self._store.collect(grace=0)
        found = expected.wrong(self)
        if self.read("afterwards") != b"new":
            found.append("it cannot be written any more")
        for value in expected.pinned:
            path = self._store.layout.object(hashlib.sha256(value).hexdigest())
            if not os.path.exists(path):
                found.append(f"a pinned object is gone: {value!r}")
        return found


def enumerate_states(
    operations: Sequence[Operation],
    root: str,
    scratch: str,
    open_reader: Callable[[str], Reader],
    *,
    is_weak: bool,
    is_first_enough: bool = False,
    seed: int = 0,
) -> Outcome:
    """Look at every state that the operations may leave; `root` is the parent of the store's folder."""
    rng = random.Random(seed)
    model, expected = Model(root), Expected()
    states, violations = 0, []
    seen: set[int] = set()
    for at, operation in enumerate([Operation("start"), *operations]):
        model.apply(operation)
        expected.apply(operation)
        for disk in model.disks(rng, is_weak=is_weak):
            states += 1
            key = hash((frozenset(disk.items()), repr(vars(expected))))
            if key in seen:  # the same disk, and the same is expected of it
                continue
            seen.add(key)
            lay_out(disk, root, scratch)
            wrong = _wrong(open_reader, os.path.join(scratch, "store"), expected)
            violations += [f"after {at} ({operation.kind} {operation.path}): {each}" for each in wrong]
            if violations and is_first_enough:
                return Outcome(states, violations)
    return Outcome(states, violations)


def _wrong(open_reader: Callable[[str], Reader], root: str, expected: Expected) -> list[str]:
    try:
        reader = open_reader(root)
        wrong = expected.wrong(reader)
        return reader.go_on(expected) if isinstance(reader, OfStore) and not wrong else wrong
    except PeakguardError as error:
        return [str(error)]
