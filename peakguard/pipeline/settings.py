"""`[tool.peakguard]` of pyproject.toml."""

from __future__ import annotations

import importlib.machinery
import re
import sys
import tomllib
from collections.abc import Callable

from peakguard.diagnostics import codes
from peakguard.diagnostics.diagnostic import Diagnostic, found
from peakguard.diagnostics.span import Span
from peakguard.diagnostics.wording import did_you_mean
from peakguard.pipeline.project import DEFAULT_SOURCES

_KEYS = ("guards", "python_path", "sources")
_FILE = "pyproject.toml"
_FOLDER = re.compile(r"(?!/)(?!(?:.*/)?\.\.(?:/|$))[^\0]+")
_MODULE = re.compile(r"(?:[A-Za-z_][\w-]*/)*[A-Za-z_]\w*\.py", re.ASCII)


def read_sources(settings: bytes, is_folder: Callable[[str], bool]) -> tuple[list[str], list[Diagnostic]]:
    """The policy folders that the settings name, with what is wrong with the settings.

    `is_folder` says whether a folder is there, from the root; the root may lie in an older revision.
    """
    try:
        table = tomllib.loads(settings.decode()).get("tool", {})
    except (ValueError, RecursionError) as error:
        return _default_sources(is_folder), [_finding(f"cannot be read: {error}")]
    section = table.get("peakguard") if isinstance(table, dict) else None
    if section is None:
        return _default_sources(is_folder), []
    if not isinstance(section, dict):
        return _default_sources(is_folder), [_finding("must be a table")]
    findings = [
        _finding(f"has the unknown key `{key}`. {did_you_mean(key, _KEYS)}") for key in section if key not in _KEYS
    ]
    if guards_of(settings) is None and "guards" in section:
        findings.append(_finding("guards must be a Python file inside the project, such as src/app/guards.py"))
    if python_path_of(settings) == () and "python_path" in section:
        findings.append(_finding("python_path must be a list of folders inside the project, such as src"))
    sources = section.get("sources")
    if sources is None:
        return _default_sources(is_folder), findings
    if not isinstance(sources, list) or not all(isinstance(source, str) and source for source in sources):
        return _default_sources(is_folder), [*findings, _finding("sources must be a list of folders")]
    return sources, findings


def guards_of(settings: bytes) -> str | None:
    """The Python file, from the root, that gives typed access to the policies; None where none is named."""
    try:
        path = tomllib.loads(settings.decode())["tool"]["peakguard"]["guards"]
    except (KeyError, TypeError, ValueError, RecursionError):
        return None
    if not isinstance(path, str) or not _MODULE.fullmatch(path):
        return None
    return path


def python_path_of(settings: bytes) -> tuple[str, ...]:
    """The folders, from the root, where the modules of the guarded program are found; the root itself is always one."""
    try:
        folders = tomllib.loads(settings.decode())["tool"]["peakguard"]["python_path"]
    except (KeyError, TypeError, ValueError, RecursionError):
        return ()
    is_good = isinstance(folders, list) and all(isinstance(each, str) and _FOLDER.fullmatch(each) for each in folders)
    return tuple(folders) if is_good else ()


def package_folder(name: str) -> str | None:
    """The folder of an installed package, found without importing anything."""
    path: list[str] | None = None
    for part in name.split("."):
        spec = importlib.machinery.PathFinder.find_spec(part, path if path is not None else sys.path)
        if spec is None or spec.submodule_search_locations is None:
            return None
        path = list(spec.submodule_search_locations)
    return path[0] if path else None


def _default_sources(is_folder: Callable[[str], bool]) -> list[str]:
    return [source for source in DEFAULT_SOURCES if is_folder(source)]


def _finding(problem: str) -> Diagnostic:
    return found(codes.BAD_SETTINGS, Span.whole(_FILE), problem=problem)
