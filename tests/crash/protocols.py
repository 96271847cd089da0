"""Ways to keep a value that are wrong: the enumeration has to find each, or it shows nothing."""

from __future__ import annotations

import hashlib
import os

from peakguard.runtime.fsops import make_folder, sync_file, write_atomic
from peakguard.runtime.store import Store


class SwappedStore(Store):
    """The pointer first, then the object."""

    def _write(self, path: str, data: bytes | memoryview) -> None:
        if path.startswith(self.layout.objects):
            self._late = (path, data)
            return
        super()._write(path, data)
        super()._write(*self._late)


class Sidecar:
    """A file, then its digest in a file beside it, each replaced as it should be."""

    def __init__(self, root: str) -> None:
        self._root = root

    def put(self, key: str, data: bytes) -> None:
        """Keep a value."""
        write_atomic(os.path.join(self._root, key), data)
        write_atomic(os.path.join(self._root, f"{key}.sum"), hashlib.sha256(data).hexdigest().encode())

    def read(self, key: str) -> bytes | None:
        """The value of a key. Raises ValueError for another digest."""
        try:
            with open(os.path.join(self._root, key), "rb") as file:
                data = file.read()
            with open(os.path.join(self._root, f"{key}.sum"), "rb") as file:
                stated = file.read()
        except FileNotFoundError:
            return None
        if hashlib.sha256(data).hexdigest().encode() != stated:
            raise ValueError("its digest is another")
        return data


class InPlace:
    """One file, with its digest in front, written over and synced."""

    def __init__(self, root: str) -> None:
        self._root = root

    def put(self, key: str, data: bytes) -> None:
        """Keep a value."""
        make_folder(self._root)
        path = os.path.join(self._root, key)
        write_atomic(path, hashlib.sha256(data).digest() + data, durability="none")
        sync_file(path)

    def read(self, key: str) -> bytes | None:
        """The value of a key. Raises ValueError for another digest."""
        try:
            with open(os.path.join(self._root, key), "rb") as file:
                data = file.read()
        except FileNotFoundError:
            return None
        if hashlib.sha256(data[32:]).digest() != data[:32]:
            raise ValueError("its digest is another")
        return data[32:]
