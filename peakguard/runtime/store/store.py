"""Values under keys: an immutable object first, then the pointer that names it."""

from __future__ import annotations

import hashlib
import os
import re
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from typing import Any, NamedTuple

from peakguard.diagnostics import codes
from peakguard.runtime.errors import PeakguardError
from peakguard.runtime.events import emit
from peakguard.runtime.fsops import Durability, remove_if_there, sync_folder, write_atomic
from peakguard.runtime.store import aside, collect, opening, pointer, writers
from peakguard.runtime.store.layout import Layout, name_of, names_in, short_name
from peakguard.runtime.store.locks import PATIENCE, locked
from peakguard.runtime.store.pointer import Pointer

_NAME = re.compile(r"[\w.-]{1,64}")
_TRIES = 20
"""How often a reader follows a pointer whose object was collected meanwhile."""


class Entry(NamedTuple):
    """A value whose digest was verified, and the state of the file that held it."""

    data: bytes
    pointer: Pointer
    state: os.stat_result


class Store:
    """Bytes under keys in a folder, for any number of threads and processes. Readers take no lock.

    What `put` has acknowledged is read until it is replaced or removed: after a crash, and with `durability: full`
    after a power cut too. A damaged file is never read as a value. Every method raises PeakguardError: PG2040 where
    the system refuses, PG2042 for a store of a newer release, PG2043 for a folder that is no store.
    """

    def __init__(
        self,
        root: str | os.PathLike[str],
        *,
        durability: Durability = "full",
        patience: float = PATIENCE,
        is_held: bool = False,
    ) -> None:
        """With `is_held` the caller lets one writer of a key in at a time, and the store takes no lock."""
        self.layout = Layout(os.fspath(root))
        self._durability = durability
        self._patience = patience
        self._is_held = is_held
        self._is_made = False
        with self._told():
            opening.check_format(self.layout)

    def put(self, key: str, data: bytes | memoryview, meta: Mapping[str, Any] | None = None) -> Pointer:
        """Give a key a value. It stands when this returns; after an error the old one stands, or the new one.

        Raises TypeError or ValueError for metadata that JSON cannot hold.
        """
        made = Pointer(key, hashlib.sha256(data).hexdigest(), len(data), 0, time.time(), dict(meta or {}))
        pointer.encode(made)
        with self._writing(key):
            # Also where it is there: it may be damaged, or its writer may have died before it was durable.
            self._write(self.layout.object(made.digest), data)
            made = made._replace(generation=self._generation(key) + 1)
            self._write(self.layout.pointer(key), pointer.encode(made))
            if not os.path.exists(self.layout.object(made.digest)):
                # A collector came between, while this process was stopped for longer than its grace.
                self._write(self.layout.object(made.digest), data)
        return made

    def describe(self, found: Pointer, meta: Mapping[str, Any]) -> Pointer | None:
        """Keep something else with the value that a pointer names; None where the key has another value by now."""
        made = found._replace(meta=dict(meta), generation=found.generation + 1)
        with self._writing(found.key):
            if self.pointer(found.key) != found:
                return None
            self._write(self.layout.pointer(found.key), pointer.encode(made))
        return made

    def add(self, data: bytes) -> str:
        """Write an object that no key names, and give its digest. It must be pinned within the grace of a collector."""
        digest = hashlib.sha256(data).hexdigest()
        with self._writing(digest):
            self._write(self.layout.object(digest), data)
        return digest

    def object(self, digest: str) -> bytes | None:
        """An object by its digest, verified; None where there is none. Raises PeakguardError (PG2041) if damaged."""
        with self._told():
            read = self._read_object(digest)
        if read is None:
            return None
        data, state, found = read
        if found == digest:
            return data
        reason = {"expected": digest, "found": found, "bytes": len(data)}
        kept = self._aside(self.layout.object(digest), state, reason)
        raise self._damaged(f"the object {digest}", "its digest is another", kept)

    def get(self, key: str) -> Entry | None:
        """The value of a key, verified; None where it has none.

        Raises PeakguardError (PG2041) for a pointer or an object that is damaged; it is kept in the quarantine.
        """
        with self._told():
            before = None
            for _ in range(_TRIES):
                found = self.pointer(key)
                if found is None:
                    return None
                read = self._verified(found)
                if read is not None:
                    return Entry(*read)
                if found == before:
                    break
                before = found
        raise self._damaged(_object_of(key), "it is missing", "no file")

    def pointer(self, key: str) -> Pointer | None:
        """What is known of a key without reading its value. Raises PeakguardError (PG2041) for a damaged pointer."""
        return self._pointer_at(self.layout.pointer(key))

    def pointers(self) -> Iterator[Pointer | PeakguardError]:
        """Every key's pointer; the error (PG2041) for each that is damaged."""
        for name in names_in(self.layout.keys):
            try:
                found = self._pointer_at(os.path.join(self.layout.keys, name))
            except PeakguardError as error:
                yield error
            else:
                if found is not None:
                    yield found

    def drop_damaged(self) -> int:
        """Take away the pointers that are damaged, when they are in the quarantine: their keys have no value then.

        Gives how many.
        """
        dropped = 0
        for name in names_in(self.layout.keys):
            path = os.path.join(self.layout.keys, name)
            with suppress(PeakguardError):
                self._pointer_at(path)
                continue
            with self._locked(name) as is_alone:
                if not is_alone:
                    continue
                try:
                    self._pointer_at(path)  # a writer may have put a whole one there meanwhile
                except PeakguardError as error:
                    if error.code != codes.STORE_DAMAGED:
                        raise
                    dropped += self._removed(path)
        return dropped

    def ready(self) -> None:
        """Make the folder now rather than at the first value."""
        with self._told():
            self._make()

    def remove(self, key: str) -> bool:
        """Take the value from a key; tells whether it had one. The object stays until it is collected."""
        with self._writing(key):
            return self._removed(self.layout.pointer(key))

    def pin(self, name: str, digests: Iterable[str]) -> None:
        """Keep objects under a name of the caller's, whatever becomes of their keys; it replaces what it kept."""
        with self._writing(name):
            self._write(self.layout.pin(name), collect.pin_record(name, digests))

    def unpin(self, name: str) -> bool:
        """Keep them no longer; tells whether there was such a name."""
        with self._writing(name):
            return self._removed(self.layout.pin(name))

    def collect(self, *, grace: float = 3600.0) -> collect.Collected:
        """Remove objects that no key and no pin names, older than `grace` seconds, and the litter of dead writers.

        A writer puts the object before the pointer: `grace` is the time that it has. Raises PeakguardError (PG2041)
        where a pointer or a pin is damaged; then nothing is removed, for nobody knows what it names.
        """
        with self._told():
            return collect.collect(self.layout, self.pointers, self._damaged, grace, self._durability)

    def damaged(self, found: Pointer, problem: str) -> PeakguardError:
        """Keep the object of a pointer as evidence, for whoever finds by its content that it is damaged: the error."""
        path = self.layout.object(found.digest)
        try:
            aside = self._aside(path, os.stat(path), {"key": found.key, "problem": problem})
        except OSError as error:
            aside = f"nowhere: {error.strerror}"
        return self._damaged(_object_of(found.key), problem, aside)

    def _verified(self, found: Pointer) -> tuple[bytes, Pointer, os.stat_result] | None:
        """The object; None where it is missing."""
        read = self._read_object(found.digest)
        if read is None:
            return None
        data, state, digest = read
        if digest == found.digest and len(data) == found.size:
            return data, found, state
        reason = {"key": found.key, "expected": found.digest, "found": digest, "size": found.size, "bytes": len(data)}
        kept = self._aside(self.layout.object(found.digest), state, reason)
        raise self._damaged(_object_of(found.key), "its digest is another", kept)

    def _read_object(self, digest: str) -> tuple[bytes, os.stat_result, str] | None:
        """The bytes in the file of an object, the state of the file and the digest that they have; None without one."""
        try:
            with open(self.layout.object(digest), "rb") as file:
                state = os.fstat(file.fileno())
                data = file.read()
        except FileNotFoundError:
            return None
        return data, state, hashlib.sha256(data).hexdigest()

    def _pointer_at(self, path: str) -> Pointer | None:
        with self._told():
            try:
                with open(path, "rb") as file:
                    state = os.fstat(file.fileno())
                    data = file.read()
            except FileNotFoundError:
                return None
            name = os.path.basename(path)
            try:
                return pointer.decode(data, name)
            except ValueError as error:
                kept = self._aside(path, state, {"problem": str(error)})
                raise self._damaged(f"the pointer {name}", str(error), kept) from error

    def _generation(self, key: str) -> int:
        try:
            found = self.pointer(key)
        except PeakguardError as error:
            if error.code != codes.STORE_DAMAGED:
                raise
            return 0  # nobody knows it any more; the evidence is in the quarantine
        return found.generation if found is not None else 0

    def _write(self, path: str, data: bytes | memoryview) -> None:
        write_atomic(path, data, durability=self._durability, temporary=writers.temporary_path(self.layout))

    def _removed(self, path: str) -> bool:
        was_there = remove_if_there(path)
        if self._durability == "full":
            sync_folder(os.path.dirname(path))
        return was_there

    def _aside(self, path: str, state: os.stat_result, reason: Mapping[str, Any]) -> str:
        try:
            told = {"file": path, "time": time.time(), "process": os.getpid(), **reason}
            return aside.set_aside(self.layout, path, state, told, self._durability)
        except OSError as error:
            return f"nowhere: {error.strerror}"

    def _damaged(self, what: str, problem: str, kept: str) -> PeakguardError:
        emit("object_damaged", severity="error", what=what, reason=problem, store=self.layout.root, quarantine=kept)
        return PeakguardError(codes.STORE_DAMAGED, store=self.layout.root, what=what, problem=problem, aside=kept)

    def _make(self) -> None:
        if not self._is_made or not os.path.exists(self.layout.format):  # somebody may have removed it meanwhile
            opening.make(self.layout, self._durability)
            writers.sweep(self.layout)
            self._is_made = True

    def _writing(self, key: str) -> AbstractContextManager[bool]:
        return self._locked(name_of(key))

    @contextmanager
    def _locked(self, name: str) -> Iterator[bool]:
        with self._told():
            self._make()
            with nullcontext(True) if self._is_held else locked(self.layout, name, self._patience) as is_alone:
                yield is_alone

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            file = error.filename or self.layout.root
            raise PeakguardError(codes.STORE_REFUSED, store=self.layout.root, file=file, reason=reason) from error


def _object_of(key: str) -> str:
    """A value for messages and events: by a key that is a name, and not by one that is made of values."""
    return f"the object of {key!r}" if _NAME.fullmatch(key) else f"the object of {short_name(key)}"
