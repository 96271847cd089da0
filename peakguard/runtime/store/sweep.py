"""Housekeeping: what nobody will read any more is removed, and what is damaged is found before it is needed."""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import NamedTuple

from peakguard.runtime import fsops
from peakguard.runtime.store.places import is_abandoned
from peakguard.runtime.store.pointer import LARGEST, decode
from peakguard.runtime.store.store import Store, files_below, read_file

GRACE = 3600.0
"""Seconds for which an object may have no pointer: its writer may still be at work."""


class Swept(NamedTuple):
    """What was removed: temporary files of processes that are gone, and objects that nothing points to."""

    temporary: int
    objects: int
    bytes: int


class Checked(NamedTuple):
    """What a store holds, and what of it was damaged and is set aside."""

    pointers: int
    objects: int
    damaged: tuple[str, ...]
    dangling: tuple[str, ...]


def pin(store: Store, name: str, digests: Iterable[str]) -> None:
    """Keep some objects, whatever points to them, until the pin of that name is taken out."""
    data = json.dumps(sorted(set(digests))).encode()
    fsops.write_atomic(os.path.join(store.places.pins, f"{name}.json"), data, durability=store.durability)


def unpin(store: Store, name: str) -> bool:
    """Take a pin out, and tell whether it was there."""
    return fsops.remove(os.path.join(store.places.pins, f"{name}.json"), durability=store.durability)


def pinned(store: Store) -> frozenset[str]:
    """All objects that are pinned. Raises ValueError for a pin that cannot be read: then nothing may be removed."""
    found: set[str] = set()
    with suppress(FileNotFoundError):
        for name in os.listdir(store.places.pins):
            if name.endswith(".json"):
                with open(os.path.join(store.places.pins, name), "rb") as file:
                    found.update(map(str, json.loads(file.read())))
    return frozenset(found)


def sweep(store: Store, *, grace: float = GRACE, now: Callable[[], float] = time.time) -> Swept:
    """Remove what is left of writers that are gone, and objects without a pointer or pin that are older than `grace`.

    Raises ValueError where a pin cannot be read, and OSError.
    """
    places, kept = store.places, pinned(store)
    temporary = 0
    with suppress(FileNotFoundError):
        for name in os.listdir(places.temporary):
            if is_abandoned(name):
                temporary += fsops.remove_if_there(os.path.join(places.temporary, name))
    # Objects first, pointers afterwards: what is written in between is young or has its pointer.
    candidates = [path for path in files_below(places.objects) if _is_old(path, grace, now)]
    kept = kept | {pointer.digest for pointer in store.pointers()}
    removed = size = 0
    for path in candidates:
        if os.path.basename(path) in kept:
            continue
        with suppress(FileNotFoundError):
            length = os.stat(path).st_size
            if fsops.remove_if_there(path):
                removed, size = removed + 1, size + length
    return Swept(temporary, removed, size)


def _is_old(path: str, grace: float, now: Callable[[], float]) -> bool:
    try:
        return now() - os.stat(path).st_mtime > grace
    except FileNotFoundError:
        return False


def check(store: Store, *, on_progress: Callable[[int, int], object] | None = None) -> Checked:
    """Read everything once; what is not what was written is set aside. Raises OSError where it cannot be read."""
    places = store.places
    damaged: list[str] = []
    whole: set[str] = set()
    paths = list(files_below(places.objects))
    for place, path in enumerate(paths):
        name = os.path.basename(path)
        data = read_file(path)
        if data is not None and hashlib.sha256(data).hexdigest() == name:
            whole.add(name)
        elif data is not None:
            damaged.append(name)
            store.set_aside(path, name, "an object is not what was written")
        if on_progress is not None:
            on_progress(place + 1, len(paths))
    pointers, dangling = 0, []
    for path in files_below(places.keys):
        data = read_file(path, LARGEST + 1)
        found = decode(data) if data is not None else None
        if found is None and data is not None:
            damaged.append(os.path.basename(path))
            store.set_aside(path, "pointer", "a pointer is not what was written")
        elif found is not None:
            pointers += 1
            if found.digest not in whole:
                dangling.append(found.key)
    return Checked(pointers, len(whole), tuple(damaged), tuple(dangling))
