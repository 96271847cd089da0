"""The last good configuration on disk: the texts of its files, which hold no secrets, and its generation.

It is the one place of the registry that writes. What is kept is read again and judged again, under the variables of
the process that reads it.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from typing import Any, NamedTuple

from peakguard.runtime.errors import PeakguardError
from peakguard.runtime.file_lock import locked
from peakguard.runtime.store.layout import Layout
from peakguard.runtime.store.store import Store

_COLLECTED_EVERY = 100
"""After how many records those that no key names any more are removed."""


class Record(NamedTuple):
    """A generation as it is kept: files as (path, section, text), and the values that were published over them.

    `held` is the digest of files on disk that are passed over after a rollback, until they change.
    """

    generation: int
    digest: str
    files: tuple[tuple[str, str | None, str], ...]
    overlay: Mapping[str, Any] | None
    held: str | None
    at: float


class LastGood:
    """The record of one configuration, in the store that all configurations of a project share."""

    def __init__(self, root: str, name: str) -> None:
        folder = os.path.join(root, ".peakguard", "config")
        self._lock = os.path.join(folder, f"{name}.lock")
        self._root = os.path.join(folder, "kept")
        self._name = name
        self._opened: Store | None = None
        self._written = 0
        self.path = Layout(self._root).pointer(name)

    @contextmanager
    def locked(self) -> Iterator[Record | None]:
        """The record, which no other process changes within the block; None where there is none, or it is damaged.

        Where the folder cannot be written the block runs without a lock: what is served does not depend on the disk.
        """
        with ExitStack() as stack:
            with suppress(OSError):
                stack.enter_context(locked(self._lock))
            yield self.read()

    def read(self) -> Record | None:
        """The record as it stands. A damaged one is told by the event `object_damaged` and kept in the quarantine."""
        try:
            entry = self._store().get(self._name)
        except PeakguardError:
            return None
        if entry is None:
            return None
        try:
            form = json.loads(entry.data)
            files = tuple((path, under, text) for path, under, text in form["files"])
            return Record(form["generation"], form["digest"], files, form["overlay"], form["held"], form["at"])
        except (ValueError, KeyError, TypeError):  # another release wrote it
            return None

    def write(self, record: Record) -> None:
        """Keep a record, whole or not at all, also when the power fails.

        Raises PeakguardError: PG2040 where the system refuses, PG2042 and PG2043 for a folder that is no store of ours.
        """
        store = self._store()
        store.put(self._name, json.dumps(record._asdict()).encode())
        if self._written % _COLLECTED_EVERY == 0:
            with suppress(PeakguardError):  # a damaged pointer was told when it was read, and nothing is removed then
                store.collect()
        self._written += 1

    def _store(self) -> Store:
        if self._opened is None:  # not ahead of its first use: a folder that is no store must not end the program
            self._opened = Store(self._root, is_held=True)
        return self._opened
