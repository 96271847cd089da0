"""A folder in which a run is repeated: what it read stands there as it was; the project's own files are left alone."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping
from typing import Any

from peakguard.kinds.reproducibility.archive import Archive
from peakguard.kinds.reproducibility.files import content_of
from peakguard.kinds.reproducibility.standard_input import NAME
from peakguard.runtime.errors import PeakguardError
from peakguard.runtime.fsops import make_folder, write_atomic

_NOT_TAKEN = (
    "__pycache__",
    ".peakguard",
    ".git",
    ".venv",
    "node_modules",
    ".mypy_cache",
    ".ruff_cache",
    ".pytest_cache",
)


def obstacles(manifest: Mapping[str, Any], archive: Archive, root: str, found: Mapping[str, Any]) -> Iterator[str]:
    """What stands in the way of repeating a run here; `found` are `python` and `packages` of who is to run it."""
    here, packages = found["python"], found["packages"]
    for key in ("implementation", "version"):
        if manifest["python"][key] != here.get(key):
            yield f"Python: it ran on {manifest['python'][key]}, this is {here.get(key, 'none that knows peakguard')}"
    for name, package in (manifest["packages"] or {}).items():
        installed = packages.get(name)
        if package["used"] and (installed is None or installed["files"] != package["files"]):
            state = "is missing" if installed is None else f"is {installed['version']}"
            yield f"package {name}: it was {package['version']}, here it {state}"
    for entry in (*manifest["inputs"], *manifest["sources"]):
        problem = _obstacle(entry, archive, root)
        if problem is not None:
            yield f"file {entry['path']}: {problem}"


def _obstacle(entry: Mapping[str, Any], archive: Archive, root: str) -> str | None:
    is_inside = not os.path.isabs(entry["path"])
    if entry["kept"] and is_inside:
        try:
            return None if archive.content(entry["digest"]) is not None else "its content is no longer kept"
        except PeakguardError:
            return "its content was kept, and is damaged"
    path = os.path.join(root, entry["path"])
    try:
        found = content_of(path, 0).digest
    except OSError:
        return "it is gone, and its content was not kept" if is_inside else "it is gone"
    return None if found == entry["digest"] else "it has changed since" + (", and its content was not kept" * is_inside)


def fill(folder: str, manifest: Mapping[str, Any], archive: Archive, root: str) -> None:
    """Put everything in place: recorded files as they were, links to what is older than the run beside them.

    What the run wrote, or anybody since, is not linked: a repetition must neither find it nor write into it.
    """
    recorded = {entry["path"]: entry for entry in (*manifest["sources"], *manifest["inputs"])}
    # The clock of a file system is some milliseconds behind: what the run wrote at once may look older than it.
    written = {entry["path"] for entry in manifest["outputs"]}
    for path in _older(root, manifest["began_ns"]):
        if path not in recorded and path not in written:
            _link(root, folder, path)
    for path, entry in recorded.items():
        if os.path.isabs(path) or path == NAME:
            continue
        data = archive.content(entry["digest"]) if entry["kept"] else None
        if data is None:
            _link(root, folder, path)
        else:
            write_atomic(os.path.join(folder, path), data, durability="none")
    for entry in manifest["outputs"]:
        make_folder(os.path.dirname(os.path.join(folder, entry["path"])), durability="none")
    make_folder(os.path.join(folder, manifest["folder"]), durability="none")


def given(manifest: Mapping[str, Any], archive: Archive) -> bytes:
    """What the program read from its standard input."""
    entry = next((each for each in manifest["inputs"] if each["path"] == NAME), None)
    return (archive.content(entry["digest"]) if entry is not None else None) or b""


def command(manifest: Mapping[str, Any], folder: str, python: str) -> tuple[list[str], dict[str, str]]:
    """The command that repeats a run in a folder, and the variables that it needs."""
    flags = manifest["python"]["flags"]
    seed = ["--record"] if manifest["seed"] is None else [f"--seed={manifest['seed']}"]
    words = [
        python,
        *flags,
        "-m",
        "peakguard",
        "run",
        "--root",
        folder,
        *seed,
        "--no-journal",
        "--",
        *manifest["command"],
    ]
    path = [os.path.normpath(os.path.join(folder, each)) for each in manifest["path"]]
    rest = os.environ.get("PYTHONPATH")
    variables = {**manifest["environment"]}
    if path or rest:
        variables["PYTHONPATH"] = os.pathsep.join([*path, *([rest] if rest else [])])
    return words, variables


def _older(root: str, began_ns: int) -> Iterator[str]:
    """The files of a project that nobody has written since a moment, from its root."""
    apart = os.path.realpath(sys.prefix)
    for folder, folders, names in os.walk(root):
        folders[:] = sorted(
            each for each in folders if each not in _NOT_TAKEN and os.path.realpath(os.path.join(folder, each)) != apart
        )
        for name in names:
            path = os.path.join(folder, name)
            try:
                is_older = os.stat(path).st_mtime_ns < began_ns
            except OSError:
                continue
            if is_older:
                yield os.path.relpath(path, root).replace(os.sep, "/")


def _link(root: str, folder: str, path: str) -> None:
    target = os.path.join(folder, path)
    make_folder(os.path.dirname(target), durability="none")
    os.symlink(os.path.abspath(os.path.join(root, path)), target)
