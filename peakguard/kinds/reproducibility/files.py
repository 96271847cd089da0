"""Files of a run: found by pattern, named from the root of the project, read once."""

from __future__ import annotations

import glob
import hashlib
import os
import sys
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

_FRAMES = (".parquet", ".arrow", ".ipc", ".feather")
"""What holds a frame in bytes that differ from one release of a library to another."""


class Content(NamedTuple):
    """The digest and size of a file; its bytes where it is small enough to be kept."""

    digest: str
    size: int
    data: bytes | None


def content_of(path: str, keep: int) -> Content:
    """Read a file. Raises OSError."""
    with open(path, "rb") as file:
        size = os.fstat(file.fileno()).st_size
        if size <= keep:
            data = file.read()
            return Content(hashlib.sha256(data).hexdigest(), len(data), data)
        return Content(hashlib.file_digest(file, "sha256").hexdigest(), size, None)


def matching(root: str, patterns: Iterable[str]) -> Iterator[str]:
    """The files that patterns name, in order, each once."""
    found = {
        os.path.join(root, name)
        for pattern in patterns
        for name in glob.glob(pattern, root_dir=root, recursive=True, include_hidden=True)
    }
    yield from sorted(path for path in found if os.path.isfile(path))


def modules(root: str) -> list[str]:
    """The modules of the project that are loaded, in the order in which they were."""
    project = _Project(root)
    return [name for name in list(sys.modules) if name != "__main__" and project.file_of(name) is not None]


def sources(root: str, folders: Iterable[str]) -> list[str]:
    """The Python files of the project that are loaded, its policies and its settings."""
    project = _Project(root)
    loaded = map(project.file_of, list(sys.modules))
    found = {path for path in loaded if path is not None}
    for folder in folders:
        found.update(os.path.realpath(path) for path in matching(folder, ["**/*"]))
    settings = os.path.join(os.path.realpath(root), "pyproject.toml")
    return sorted(found | ({settings} if os.path.isfile(settings) else set()))


class _Project:
    """What lies below a root, and is not of the installation."""

    def __init__(self, root: str) -> None:
        self._inside = os.path.join(os.path.realpath(root), "")
        self._apart = tuple(os.path.join(os.path.realpath(each), "") for each in (sys.prefix, sys.base_prefix))
        self._folders: dict[str, str] = {}

    def file_of(self, module: str) -> str | None:
        """The source of a loaded module that belongs to the project."""
        path = getattr(sys.modules.get(module), "__file__", None)
        if not isinstance(path, str) or not path.endswith(".py"):
            return None
        whole = self._whole(path)
        return whole if whole.startswith(self._inside) and not whole.startswith(self._apart) else None

    def _whole(self, path: str) -> str:
        """Without links. A thousand modules lie in a hundred folders, and each part of a path asks the disk."""
        folder, name = os.path.split(path)
        if folder not in self._folders:
            self._folders[folder] = os.path.realpath(folder)
        whole = os.path.join(self._folders[folder], name)
        return os.path.realpath(whole) if os.path.islink(whole) else whole


def named(path: str, root: str) -> str:
    """A path from the root where it lies below it, else as it is."""
    whole, inside = os.path.realpath(path), os.path.join(os.path.realpath(root), "")
    if whole + os.sep == inside:
        return "."
    return whole.removeprefix(inside).replace(os.sep, "/") if whole.startswith(inside) else whole


def search_path(root: str) -> list[str]:
    """The folders of the project that modules are looked for in, beside that of the program."""
    inside = os.path.join(os.path.realpath(root), "")
    found = (os.path.realpath(path) for path in sys.path[1:] if path)
    apart = os.path.join(os.path.realpath(sys.prefix), "")
    return [named(path, root) for path in found if (path + os.sep).startswith(inside) and not path.startswith(apart)]


def content_digest(path: str, data: bytes | None, digest: str) -> tuple[str, dict[str, str]]:
    """What names the content of an output apart from how a library wrote it, and the digests of its columns."""
    if data is None or not path.endswith(_FRAMES):
        return digest, {}
    from peakguard.kinds.reproducibility.checkpoints import checkpoint_of

    frame = frame_in(path, data)
    if frame is None:
        return digest, {}
    made = checkpoint_of(path, frame)
    return made.digest, made.columns


def frame_in(path: str, data: bytes) -> Any:
    """The frame that a file holds; None where it is none, or cannot be read."""
    from peakguard.engines.polars.canonical import frame_of_file

    return frame_of_file(path, data) if path.endswith(_FRAMES) else None
