"""What a configuration is made of, as bytes: read from disk, kept in a record, or published."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from peakguard.kinds.config.files import File, Wanted, parse_config
from peakguard.kinds.config.judge import node_of
from peakguard.kinds.config.last_good import Record
from peakguard.kinds.config.layers import PUBLISHED
from peakguard.runtime.digest import digest_of
from peakguard.syntax.node import Mapping as Table
from peakguard.syntax.source import Source

Fingerprint = tuple[tuple[int, ...] | None, ...]


class Inputs(NamedTuple):
    """Files as they were read, and the values over them."""

    files: tuple[File, ...]
    overlay: Mapping[str, Any] | None

    def all(self) -> list[File]:
        """The files, with the values that were published as the last of them."""
        if not self.overlay:
            return list(self.files)
        return [*self.files, of_values(PUBLISHED, self.overlay)]

    def texts(self) -> tuple[tuple[str, str | None, str], ...]:
        """The files that are there, as a record keeps them."""
        return tuple((file.path, file.under, file.tree.source.text) for file in self.files if file.tree is not None)

    def mark(self) -> str:
        """The digest of the files."""
        return digest_of(*(f"{file.path}={file.digest}".encode() for file in self.files))


def of_values(path: str, values: Mapping[str, Any]) -> File:
    """Values of a program as if they stood in a file of that path."""
    tree = node_of(values, Source(path, ""))
    assert isinstance(tree, Table)
    return File(path, None, tree, None, ())


def kept(record: Record) -> Inputs:
    """The inputs of a record."""
    return Inputs(tuple(_kept(path, under, text) for path, under, text in record.files), record.overlay)


def _kept(path: str, under: str | None, text: str) -> File:
    data = text.encode()
    tree, findings = parse_config(path, data)
    return File(path, digest_of(data), tree, under, tuple(findings))


def fingerprint(wanted: Sequence[Wanted], *paths: str) -> Fingerprint:
    """What the system says of files without reading them: links are followed, so that a swapped one shows."""
    return tuple(_stat(path) for path in [*(os.path.join(each.folder, each.path) for each in wanted), *paths])


def _stat(path: str) -> tuple[int, ...] | None:
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns
