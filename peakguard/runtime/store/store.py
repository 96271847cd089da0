"""The store itself: values are put under keys, read back as they were, and never half."""

from __future__ import annotations

import errno
import hashlib
import os
import time
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from typing import Any

from peakguard.diagnostics import codes
from peakguard.runtime import fsops
from peakguard.runtime.errors import PeakguardError
from peakguard.runtime.events import emit
from peakguard.runtime.fsops import Durability
from peakguard.runtime.store.places import Places, key_name
from peakguard.runtime.store.pointer import LARGEST, Pointer, decode, encode

FORMAT = b"peakguard store 1\n"
_LATEST = 3
"""How often a reader looks again where the object went away between pointer and opening: an eviction, a new value."""


class Store:
    """The store in a folder, which is made when something is first put into it.

    `durability`: `full` survives a power cut once `put` has returned, `rename` a crash of the program, `none` neither.
    Any number of processes and threads may use it at once. Raises PeakguardError (PG2040) for the store of a newer
    peakguard, and (PG2041) where the file system refuses; then what was there before is as it was.
    """

    def __init__(self, root: str, *, durability: Durability = "full") -> None:
        self.places = Places(os.path.abspath(root))
        self.durability: Durability = durability
        self._known: set[str] = set()
        """Folders that are durable, as far as this process has seen to it."""
        self._check_format()

    def put(
        self, key: str, data: bytes, meta: Mapping[str, Any] | None = None, *, expected: int | None = None
    ) -> Pointer:
        """Let a key point to some bytes from now on; what is returned is durable.

        With `expected`, only where the key has that generation (0: none); else PeakguardError (PG2043).
        """
        digest = hashlib.sha256(data).hexdigest()
        with self._faults("put", key):
            self._begin()
            self._keep_object(digest, data)
            with self.lock(key):
                before = self.get(key)
                generation = before.generation if before is not None else 0
                if expected is not None and expected != generation:
                    data_ = {"key": _short(key), "expected": expected, "found": generation}
                    raise PeakguardError(codes.STORE_MOVED_ON, **data_)
                made = Pointer(key, generation + 1, digest, len(data), time.time_ns(), dict(meta or {}))
                self._point(key, made)
        return made

    def get(self, key: str) -> Pointer | None:
        """What a key points to, None for nothing. A pointer that is damaged is set aside, and counts as nothing."""
        path = self.places.pointer(key)
        with self._faults("get", key):
            data = read_file(path, LARGEST + 1)
            if data is None:
                return None
            found = decode(data)
            if found is not None and found.key == key:
                return found
            # Another process may have replaced it while it was read.
            if read_file(path, LARGEST + 1) == data:
                self.set_aside(path, "pointer", f"the pointer of {_short(key)} is not what was written")
                return None
        return self.get(key)

    def read(self, key: str) -> tuple[Pointer, bytes] | None:
        """What a key points to, with its bytes, which are those that were put: None where there is nothing.

        An object that is damaged is set aside, told by the event `object_damaged`, and counts as nothing.
        """
        for _ in range(_LATEST):
            found = self.get(key)
            if found is None:
                return None
            data = self.bytes_of(found)
            if data is not None:
                return found, data
            now = self.get(key)
            if now is None or now.generation == found.generation:
                return None
        return None

    def bytes_of(self, pointer: Pointer) -> bytes | None:
        """The bytes of an object, None where it is gone or damaged; a damaged one is set aside."""
        path = self.places.object(pointer.digest)
        with self._faults("read", pointer.key):
            data = read_file(path, None)
            if data is None:
                return None
            if hashlib.sha256(data).hexdigest() == pointer.digest:
                return data
            self.set_aside(path, pointer.digest, f"the object of {_short(pointer.key)} is not what was written")
        return None

    def remove(self, key: str) -> bool:
        """Let a key point to nothing, and tell whether it pointed to something; the object stays until it is swept."""
        with self._faults("remove", key), self.lock(key):
            return fsops.remove(self.places.pointer(key), durability=self.durability)

    def pointers(self) -> Iterator[Pointer]:
        """Every pointer that is whole, in no order."""
        for path in files_below(self.places.keys):
            data = read_file(path, LARGEST + 1)
            found = decode(data) if data is not None else None
            if found is not None and key_name(found.key) == os.path.basename(path):
                yield found

    def lock(self, key: str) -> AbstractContextManager[Any]:
        """The lock of a key, so that two writers do not do the same work. Nothing that is read depends on it."""
        from filelock import FileLock

        self._folder(self.places.locks)
        return FileLock(os.path.join(self.places.locks, key_name(key)[:2]))

    def set_aside(self, path: str, name: str, reason: str) -> str | None:
        """Move a file into quarantine, with the reason; the path it has there, None where it was gone already."""
        import json

        folder = os.path.join(self.places.quarantine, f"{time.time_ns()}-{os.getpid()}-{name[:16]}")
        self._folder(folder)
        kept = os.path.join(folder, "object")
        told = json.dumps({"reason": reason, "was": path, "time_unix_nano": time.time_ns()}, indent=1).encode()
        fsops.write_atomic(os.path.join(folder, "reason.json"), told, durability=self.durability)
        try:
            fsops.move(path, kept, durability=self.durability)
        except FileNotFoundError:
            return None
        if self.durability == "full":
            fsops.sync_folder(os.path.dirname(path))
        emit("object_damaged", severity="error", reason=reason, path=path, quarantine=kept)
        return kept

    def _begin(self) -> None:
        self._folder(self.places.temporary)
        if not os.path.exists(self.places.format):
            fsops.write_atomic(self.places.format, FORMAT, durability=self.durability)

    def _check_format(self) -> None:
        with self._faults("read", "format"):
            said = read_file(self.places.format, 200)
        if said is not None and said != FORMAT:
            shown = said.decode("utf-8", "replace").strip()
            raise PeakguardError(codes.STORE_UNKNOWN, path=self.places.root, found=shown)

    def _keep_object(self, digest: str, data: bytes) -> None:
        """Write an object, unless it is there whole. It is durable under its name before anything points to it."""
        path = self.places.object(digest)
        self._folder(os.path.dirname(path))
        if read_file(path, None) != data:
            temporary = self.places.new_temporary()
            fsops.write_new(temporary, data, durability=self.durability)
            self._take_place(temporary, path)
        elif self.durability == "full":
            # Whoever wrote it may not have come to this yet.
            fsops.sync_file(path)
            fsops.sync_folder(os.path.dirname(path))

    def _point(self, key: str, pointer: Pointer) -> None:
        path = self.places.pointer(key)
        self._folder(os.path.dirname(path))
        temporary = self.places.new_temporary()
        fsops.write_new(temporary, encode(pointer), durability=self.durability)
        self._take_place(temporary, path)

    def _take_place(self, temporary: str, path: str) -> None:
        try:
            fsops.move(temporary, path, durability=self.durability)
        except BaseException:
            fsops.remove_if_there(temporary)
            raise

    def _folder(self, path: str) -> None:
        """A folder that is there, and durable: another process may have made it and not have synced it."""
        if path in self._known:
            return
        fsops.make_folder(path, durability=self.durability)
        if self.durability == "full":
            while len(path) >= len(self.places.root):
                fsops.sync_folder(os.path.dirname(path))
                path = os.path.dirname(path)
        self._known.add(path)

    def _faults(self, action: str, key: str) -> AbstractContextManager[None]:
        from peakguard.runtime.store.faults import faults

        return faults(action, key, self.places.root)


def _short(key: str) -> str:
    return key if len(key) <= 80 else f"{key[:80]}…"


def read_file(path: str, most: int | None = None) -> bytes | None:
    """The bytes of a file, or the first of them; None where it is not there."""
    try:
        with open(path, "rb") as file:
            return file.read() if most is None else file.read(most)
    except FileNotFoundError:
        return None
    except NotADirectoryError as error:
        raise OSError(errno.ENOTDIR, "there is a file where a folder should be", path) from error


def files_below(folder: str) -> Iterator[str]:
    """The files two levels below a folder."""
    try:
        shards = sorted(os.listdir(folder))
    except FileNotFoundError:
        return
    for shard in shards:
        inner = os.path.join(folder, shard)
        for name in sorted(os.listdir(inner)):
            yield os.path.join(inner, name)
