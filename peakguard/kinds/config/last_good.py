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

from peakguard.runtime.digest import digest_of
from peakguard.runtime.file_lock import locked
from peakguard.runtime.fsops import write_atomic


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
    """The record of one configuration in the state of a project."""

    def __init__(self, root: str, name: str) -> None:
        self._folder = os.path.join(root, ".peakguard", "config")
        self.path = os.path.join(self._folder, f"{name}.json")

    @contextmanager
    def locked(self) -> Iterator[Record | None]:
        """The record, which no other process changes within the block; None where there is none, or it is damaged.

        Where the folder cannot be written the block runs without a lock: what is served does not depend on the disk.
        """
        with ExitStack() as stack:
            with suppress(OSError):
                stack.enter_context(locked(f"{self.path}.lock"))
            yield self.read()

    def read(self) -> Record | None:
        """The record as it stands."""
        try:
            with open(self.path, "rb") as file:
                found = json.loads(file.read())
            if digest_of(_body(found["record"])) != found["sum"]:
                return None
            form = found["record"]
            files = tuple((path, under, text) for path, under, text in form["files"])
            return Record(form["generation"], form["digest"], files, form["overlay"], form["held"], form["at"])
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def write(self, record: Record) -> None:
        """Keep a record, whole or not at all, also when the power fails. Raises OSError."""
        form = record._asdict()
        write_atomic(self.path, json.dumps({"record": form, "sum": digest_of(_body(form))}).encode())


def _body(form: Mapping[str, Any]) -> bytes:
    return json.dumps(form, sort_keys=True).encode()
