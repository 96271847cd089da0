"""A cache from outside: what lies in it, whether it is whole, and what may go."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from typing import Any, Literal, NamedTuple

from peakguard.diagnostics import codes
from peakguard.kinds.cache.age import State, state_of
from peakguard.kinds.cache.bounds import used_entries
from peakguard.kinds.cache.cache import Cache
from peakguard.kinds.cache.entry import Note, note_of
from peakguard.runtime.errors import ContractViolation, PeakguardError
from peakguard.runtime.fsops import remove_if_there
from peakguard.runtime.store import Pointer
from peakguard.runtime.store.layout import name_of, names_in, short_name

OnProgress = Callable[[int, int], object]
_FEWEST = 4


class Kept(NamedTuple):
    """A value: `id` names it, `used` is when it was last given, in seconds since 1970."""

    id: str
    pointer: Pointer
    note: Note
    state: State
    used: float


class Examined(NamedTuple):
    """What became of the look at one value. `reason` is empty where it is whole."""

    id: str
    key: str
    state: Literal["whole", "damaged", "missing", "breaks its contract"]
    reason: str


def kept(cache: Cache) -> list[Kept]:
    """All values whose pointers are whole, those used last first."""
    now, found = time.time(), []
    for used in used_entries(cache.store):
        note = note_of(used.pointer)
        if note is not None:
            state = state_of(note, cache.table, now)
            found.append(Kept(short_name(used.pointer.key), used.pointer, note, state, used.at / 1e9))
    return sorted(found, key=lambda each: each.used, reverse=True)


def find(cache: Cache, entry: str) -> Kept:
    """The value of a key, as it is shown, or of the beginning of an id. Raises PeakguardError (PG2049)."""
    there = kept(cache)
    exact = [each for each in there if each.note.shown == entry]
    begins = [each for each in there if len(entry) >= _FEWEST and name_of(each.pointer.key).startswith(entry)]
    for found in (exact, begins):
        if len(found) == 1:
            return found[0]
    from peakguard.diagnostics.wording import did_you_mean

    if exact or begins:
        ids = ", ".join(each.id for each in exact or begins)
        suggestion = f"It may be one of {ids}: name it by its id. "
    else:
        suggestion = did_you_mean(entry, [each.note.shown for each in there])
    raise PeakguardError(codes.CACHE_ENTRY_UNKNOWN, cache=cache.name, entry=entry, suggestion=suggestion)


def examine(cache: Cache, *, deep: bool, on_progress: OnProgress | None = None) -> Iterator[Examined]:
    """Every value, its digest compared; `deep` also reads all pages, and asks the contract as it is now."""
    pointers = list(cache.store.pointers())
    total = sum(each.size for each in pointers if isinstance(each, Pointer)) or 1
    done = 0
    for pointer in pointers:
        if isinstance(pointer, PeakguardError):
            yield Examined("", str(pointer.context["what"]), "damaged", str(pointer))
            continue
        yield _examined(cache, pointer, deep=deep)
        done += pointer.size
        if on_progress is not None:
            on_progress(done, total)


def _examined(cache: Cache, pointer: Pointer, *, deep: bool) -> Examined:
    note = note_of(pointer)
    shown, name = (note.shown if note is not None else pointer.key), short_name(pointer.key)
    try:
        entry = cache.store.get(pointer.key)
        if entry is not None and note is not None and deep and note.form != "error":
            cache.judge(entry)
    except PeakguardError as error:
        if isinstance(error, ContractViolation):
            return Examined(name, shown, "breaks its contract", str(error))
        is_missing = "is missing" in str(error.context.get("problem"))
        return Examined(name, shown, "missing" if is_missing else "damaged", str(error))
    return Examined(name, shown, "whole", "")


class Repaired(NamedTuple):
    """What was taken away: values that were not whole, whose evidence is in the quarantine, and litter."""

    values: int
    objects: int
    temporary: int


def repair(cache: Cache, on_progress: OnProgress | None = None) -> Repaired:
    """Take away every value that is not whole, so that the next call fetches it, and what nothing names."""
    bad = 0
    pointers = list(cache.store.pointers())
    for place, pointer in enumerate(pointers):
        if isinstance(pointer, Pointer) and _examined(cache, pointer, deep=True).state != "whole":
            bad += cache.store.remove(pointer.key)
        if on_progress is not None:
            on_progress(place + 1, len(pointers))
    bad += cache.store.drop_damaged()
    collected = cache.store.collect()
    return Repaired(bad, collected.objects, collected.temporary)


class Cleaned(NamedTuple):
    """What went: values that are past all their times, objects that nothing names and their bytes, and litter."""

    expired: int
    objects: int
    bytes: int
    temporary: int
    evidence: int


def clean(cache: Cache, *, grace: float = 3600.0, evidence_older: float | None = None) -> Cleaned:
    """Let go of what can never be given again, and of evidence that is older than so many seconds, if that is asked."""
    expired = sum(cache.store.remove(each.pointer.key) for each in kept(cache) if each.state == "expired")
    collected = cache.store.collect(grace=grace)
    evidence = 0 if evidence_older is None else _forget_evidence(cache, evidence_older)
    return Cleaned(expired, collected.objects, collected.bytes, collected.temporary, evidence)


def _forget_evidence(cache: Cache, older: float) -> int:
    folder = cache.store.layout.quarantine
    gone, end = 0, time.time() - older
    for name in names_in(folder):
        path = os.path.join(folder, name)
        if name.endswith(".reason") and os.stat(path).st_mtime <= end:
            gone += remove_if_there(path.removesuffix(".reason"))
            remove_if_there(path)
    return gone


class Imported(NamedTuple):
    """What became of a file: its key, and why it was left out, if it was."""

    key: str
    path: str
    reason: str
    rows: int = 0


def import_folder(cache: Cache, folder: str, on_progress: OnProgress | None = None) -> Iterator[Imported]:
    """Take in the Parquet files of a folder, each under its path without the suffix; the files stay as they are.

    A file that is no whole Parquet file, or breaks the contract, is left out.
    """
    from peakguard.engines.arrow import frames, pages

    paths = list(_files(folder))
    for place, path in enumerate(paths):
        key = os.path.relpath(path, folder).removesuffix(".parquet").replace(os.sep, "/")
        try:
            table = pages.read(path)
            frame: Any = frames.from_table(table, "pandas" if b"pandas" in (table.schema.metadata or {}) else "polars")
            cache.put(key, frame)
        except (KeyboardInterrupt, SystemExit, GeneratorExit):
            raise
        except BaseException as error:  # noqa: BLE001 # one odd file does not keep the others out; panics of Polars are no Exception
            yield Imported(key, path, str(error) or type(error).__name__)
        else:
            yield Imported(key, path, "", table.num_rows)
        if on_progress is not None:
            on_progress(place + 1, len(paths))


def _files(folder: str) -> Iterator[str]:
    for above, folders, files in os.walk(folder):
        folders.sort()
        yield from (os.path.join(above, name) for name in sorted(files) if name.endswith(".parquet"))
