"""Where a project's policies are: the root, and its policy folders."""

from __future__ import annotations

import os
from typing import NamedTuple

from peakguard.diagnostics import codes
from peakguard.diagnostics.diagnostic import Diagnostic, found
from peakguard.diagnostics.span import Span

DEFAULT_SOURCES = ("policies", "contracts")
STATE = ".peakguard"


class Folder(NamedTuple):
    """A policy folder: where it is on disk, and how its files are named to people."""

    path: str
    shown: str


class Project(NamedTuple):
    """A root and its policy folders; `findings` says what is wrong with its settings."""

    root: str
    folders: tuple[Folder, ...]
    findings: tuple[Diagnostic, ...]
    settings: bytes


def find_project(root: str | None = None) -> Project:
    """The project at a root, or the nearest one that holds the current folder."""
    if root is not None and not os.path.isdir(root):
        span = Span.whole(root)
        missing = found(codes.UNREADABLE_FILE, span, reason="no such folder")
        return Project(root, (), (missing,), b"")
    base = os.path.abspath(root) if root is not None else _nearest_root(os.getcwd())
    return _with_settings(base)


def _nearest_root(start: str) -> str:
    folder = start
    while True:
        names = ("pyproject.toml", ".git", *DEFAULT_SOURCES)
        if any(os.path.exists(os.path.join(folder, name)) for name in names):
            return folder
        parent = os.path.dirname(folder)
        if parent == folder:
            return start
        folder = parent


def _with_settings(root: str) -> Project:
    try:
        with open(os.path.join(root, "pyproject.toml"), "rb") as file:
            settings = file.read()
    except OSError:
        settings = b""
    # Parsing TOML costs more than a whole cached check, so a file that never names us is not parsed.
    if b"peakguard" not in settings:
        return Project(root, _folders(root, DEFAULT_SOURCES), (), settings)
    from peakguard.pipeline.settings import read_sources

    sources, findings = read_sources(settings, lambda folder: os.path.isdir(os.path.join(root, folder)))
    folders = [folder for source in sources for folder in _resolve(root, source, findings)]
    return Project(root, tuple(folders), tuple(findings), settings)


def _folders(root: str, names: tuple[str, ...]) -> tuple[Folder, ...]:
    folders = (Folder(os.path.join(root, name), name) for name in names)
    return tuple(folder for folder in folders if os.path.lexists(folder.path))


def _resolve(root: str, source: str, findings: list[Diagnostic]) -> tuple[Folder, ...]:
    if source.startswith("pkg:"):
        from peakguard.pipeline.settings import package_folder

        path = package_folder(source.removeprefix("pkg:"))
        if path is None:
            findings.append(_bad_settings(f"names `{source}`, which is not installed"))
            return ()
        return (Folder(path, source),)
    path = os.path.normpath(os.path.join(root, source))
    if not os.path.isdir(path):
        findings.append(_bad_settings(f"names `{source}`, which is no folder"))
        return ()
    return (Folder(path, os.path.relpath(path, root).replace(os.sep, "/")),)


def _bad_settings(problem: str) -> Diagnostic:
    return found(codes.BAD_SETTINGS, Span.whole("pyproject.toml"), problem=problem)
