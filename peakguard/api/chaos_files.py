"""The files of a program under faults: compared, and before each run as the first run found them."""

from __future__ import annotations

import glob
import os
from collections.abc import Iterator, Mapping, Sequence

from peakguard.runtime.digest import digest_of
from peakguard.runtime.fsops import make_folder, remove_if_there, write_atomic


def matched(root: str, patterns: Sequence[str]) -> Iterator[str]:
    """The files of some patterns, relative to the root, sorted; a folder stands for all that is in it."""
    found: set[str] = set()
    for pattern in patterns:
        for path in glob.iglob(pattern, root_dir=root, recursive=True, include_hidden=True):
            whole = os.path.join(root, path)
            if os.path.isdir(whole):
                found.update(
                    os.path.relpath(os.path.join(at, name), root) for at, _, names in os.walk(whole) for name in names
                )
            else:
                found.add(os.path.normpath(path))
    return iter(sorted(found))


def digests(root: str, patterns: Sequence[str]) -> dict[str, str]:
    """The digest of every file of some patterns."""
    return {path: digest_of(data) for path in matched(root, patterns) if (data := _content(root, path)) is not None}


class Kept:
    """What the files of some patterns are now, so that they can be so again; a copy lies in `folder` meanwhile."""

    def __init__(self, root: str, patterns: Sequence[str], folder: str) -> None:
        self._root, self._patterns, self._folder = root, patterns, folder
        self._digests: Mapping[str, str] = digests(root, patterns)
        for number, path in enumerate(self._digests):
            data = _content(root, path)
            if data is not None:
                write_atomic(self._copy(number), data, durability="none")

    def restore(self) -> None:
        """Make them so again; what has come since goes. Raises OSError."""
        now = digests(self._root, self._patterns)
        for path in now:
            if path not in self._digests:
                remove_if_there(os.path.join(self._root, path))
        for number, (path, digest) in enumerate(self._digests.items()):
            if now.get(path) != digest:
                whole = os.path.join(self._root, path)
                make_folder(os.path.dirname(whole), durability="none")
                with open(self._copy(number), "rb") as file:
                    write_atomic(whole, file.read(), durability="rename")

    def _copy(self, number: int) -> str:
        return os.path.join(self._folder, f"kept-{number:04}")


def _content(root: str, path: str) -> bytes | None:
    try:
        with open(os.path.join(root, path), "rb") as file:
            return file.read()
    except OSError:
        return None
