"""Names in folders in an order of ours, where the file system gives them in any."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any, Self

_listdir, _scandir = os.listdir, os.scandir


class _Entries:
    """The entries of a folder as `os.scandir` gives them, in order."""

    def __init__(self, path: Any, *, is_reversed: bool) -> None:
        with _scandir(path) as entries:
            self._rest = iter(sorted(entries, key=lambda entry: entry.name, reverse=is_reversed))

    def __iter__(self) -> Iterator[Any]:
        return self._rest

    def __next__(self) -> Any:
        return next(self._rest)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Give no more."""
        self._rest = iter(())


def inject_listing(*, is_reversed: bool = False) -> None:
    """Give names in order, or the other way round; so do `glob`, `pathlib` and `os.walk`, which ask for them here."""

    def listdir(path: Any = ".") -> list[Any]:
        return sorted(_listdir(path), reverse=is_reversed)

    def scandir(path: Any = ".") -> _Entries:
        return _Entries(path, is_reversed=is_reversed)

    system: Any = os
    system.listdir, system.scandir = listdir, scandir
