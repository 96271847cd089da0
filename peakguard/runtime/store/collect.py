"""Objects that nothing names are removed, after a time of grace."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from peakguard.runtime.errors import PeakguardError
from peakguard.runtime.fsops import Durability, remove_if_there, sync_folder
from peakguard.runtime.store import writers
from peakguard.runtime.store.layout import Layout, name_of, names_in
from peakguard.runtime.store.pointer import Pointer
from peakguard.runtime.store.sealed import seal, unseal


class Collected(NamedTuple):
    """What was removed: objects, their bytes, and temporary files of writers that are gone."""

    objects: int
    bytes: int
    temporary: int


def pin_record(name: str, digests: Iterable[str]) -> bytes:
    """The bytes of a pin."""
    return seal({"name": name, "digests": sorted(set(digests))})


def collect(
    layout: Layout,
    pointers: Callable[[], Iterable[Pointer | PeakguardError]],
    damaged: Callable[[str, str, str], PeakguardError],
    grace: float,
    durability: Durability,
) -> Collected:
    """Remove what nothing names. Raises PeakguardError (PG2041) where a name cannot be read, and OSError."""
    old = list(_older(layout, grace))
    # Names are read after the candidates: an object that is put again meanwhile is named, or young.
    named = set(_pinned(layout, damaged))
    for found in pointers():
        if isinstance(found, PeakguardError):
            raise found
        named.add(found.digest)
    if durability == "full" and old:
        # A pointer whose writer died before it was durable: after a power cut the one before it would be back.
        sync_folder(layout.keys)
    objects = freed = 0
    for digest, size in old:
        if digest not in named and _is_older(layout.object(digest), grace) is not None:
            objects += remove_if_there(layout.object(digest))
            freed += size
    return Collected(objects, freed, writers.sweep(layout))


def _older(layout: Layout, grace: float) -> Iterator[tuple[str, int]]:
    for digest in names_in(layout.objects):
        size = _is_older(layout.object(digest), grace)
        if size is not None:
            yield digest, size


def _is_older(path: str, grace: float) -> int | None:
    """The size of a file that is older than `grace`, else None; one from the future is young."""
    try:
        state = os.stat(path)
    except FileNotFoundError:
        return None
    return state.st_size if time.time() - state.st_mtime >= grace else None


def _pinned(layout: Layout, damaged: Callable[[str, str, str], PeakguardError]) -> Iterator[str]:
    for name in names_in(layout.pins):
        path = os.path.join(layout.pins, name)
        try:
            with open(path, "rb") as file:
                record = unseal(file.read())
            of, digests = str(record["name"]), list(record["digests"])
        except FileNotFoundError:
            continue
        except (ValueError, KeyError, TypeError) as error:
            raise damaged(f"the pin {name}", str(error), path) from error
        if name_of(of) != name:
            raise damaged(f"the pin {name}", "it is another", path)
        yield from digests
