"""A check that remembers: an unchanged tree costs reading and hashing, one edited file costs that file.

Keyed by the content of all that is read, our own code, the installed packages (an extra may change
what is checked), and the date where one is in force. What is kept is JSON: a policy tree may come
from strangers, and reading a cache must not be able to run code.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from peakguard.pipeline.project import STATE, Project
from peakguard.pipeline.read import Entry, read_project
from peakguard.runtime.digest import digest_of

_RESULT = "result.json"
_UNITS = "units.json"
_PACKAGE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


class Checked(NamedTuple):
    """A finished check: the findings as JSON lists, the files that were read, and how many were silenced."""

    findings: list[Any]
    entries: Sequence[Entry]
    suppressed: int


def check_cached(project: Project, today: str, *, use_cache: bool = True) -> Checked:
    """The check of a project, from the cache where nothing changed."""
    entries = read_project(project)
    if not use_cache:
        findings, suppressed, _ = _check(project, entries, today, {})
        return Checked(findings, entries, suppressed)
    folder = os.path.join(project.root, STATE, "cache", "check")
    code = _code_key()
    digests = [digest_of(entry.data) for entry in entries]
    key = _tree_key(project, entries, digests, code)
    kept = _load(os.path.join(folder, _RESULT))
    if kept.get("key") == key and kept.get("today") in (None, today):
        return Checked(kept["findings"], entries, kept["suppressed"])
    known = _load(os.path.join(folder, _UNITS))
    kept_units = known if known.get("code") == code else {}
    findings, suppressed, dated = _check(project, entries, today, kept_units)
    _store(folder, _UNITS, {**kept_units, "code": code})
    _store(
        folder, _RESULT, {"key": key, "today": today if dated else None, "findings": findings, "suppressed": suppressed}
    )
    return Checked(findings, entries, suppressed)


_NOT_ASKED = frozenset({"__pycache__", "api", "cases", "cli", "engines", "render", "reporters", "sample"})
"""Folders of ours that decide neither what a check finds nor what policies are compiled to."""


def code_digest() -> str:
    """A digest of all that decides a check besides the policies: our files, Python, installed packages.

    The same on every machine, for it is a part of what a set of policies is called.
    """
    return digest_of(_content(tuple(path for path, _ in _stamps(_PACKAGE))), *_surroundings())


def _code_key() -> str:
    """The same for a cache of this machine. Of our files it takes size and time, as an interpreter does that looks
    whether compiled code is fresh: to read them takes ten times as long."""
    stamps = (f"{path} {stamp.st_size} {stamp.st_mtime_ns}".encode() for path, stamp in _stamps(_PACKAGE))
    return digest_of(*stamps, *_surroundings())


@lru_cache(maxsize=1)
def _content(paths: tuple[str, ...]) -> bytes:
    """Of our files; what runs here does not change."""
    parts = []
    for path in paths:
        with open(path, "rb") as file:
            parts += [os.path.basename(path).encode(), file.read()]
    return digest_of(*parts).encode()


def _surroundings() -> list[bytes]:
    parts = [repr(sys.version_info).encode()]
    packages = os.path.dirname(os.__file__) + "/site-packages"
    for path in (packages, *(entry for entry in sys.path if entry.endswith("-packages"))):
        if os.path.isdir(path):
            parts += sorted(name.encode() for name in os.listdir(path) if name.endswith("-info"))
    return parts


def _stamps(folder: str) -> Iterator[tuple[str, os.stat_result]]:
    with os.scandir(folder) as found:
        entries = sorted(found, key=lambda each: each.name)
    for entry in entries:
        if entry.name.endswith(".py"):
            yield entry.path, entry.stat()
        elif entry.name not in _NOT_ASKED and entry.is_dir(follow_symlinks=False):
            yield from _stamps(entry.path)


def _check(project: Project, entries: Sequence[Entry], today: str, kept: dict[str, Any]) -> tuple[list[Any], int, bool]:
    """`kept` holds what is known of files, which becomes what is known now.

    What is known of a file holds for its content and that of all the files whose policies it extends.
    """
    from peakguard.pipeline.analyse import Analysis
    from peakguard.pipeline.check import check_project
    from peakguard.pipeline.lineage import Outline
    from peakguard.pipeline.unit import Unit

    policies = [entry for entry in entries if entry.is_policy]
    own = {entry.file: f"{digest_of(entry.data)} {entry.file}" for entry in policies}
    known, units = kept.get("outlines", {}), kept.get("units", {})
    outlines = {
        entry.file: Outline(*known[own[entry.file]]) if known[own[entry.file]] is not None else None
        for entry in policies
        if own[entry.file] in known and entry.finding is None
    }
    analysis = Analysis(policies, outlines)
    seen: dict[str, Any] = {}
    checked = []
    for entry in policies:
        lineage = analysis.lineages.of(entry.file)
        key = " < ".join([own[entry.file], *(own[file] for file in lineage.files)])
        key += f" {lineage.missing or ''} {'/'.join(lineage.circle)}"
        found = units.get(key) if entry.finding is None else None
        unit = Unit.from_json(entry.file, found) if found is not None else analysis.of(entry).unit
        seen[key] = found if found is not None else unit.to_json()
        checked.append(unit)
    kept["units"] = seen
    kept["outlines"] = {own[file]: outline for file, outline in analysis.outlines.items()}
    outcome = check_project(project, entries, checked, today)
    return [list(finding) for finding in outcome.findings], outcome.suppressed, outcome.dated


def _tree_key(project: Project, entries: Sequence[Entry], digests: list[str], code: str) -> str:
    read = [(entry.file, content, entry.finding) for entry, content in zip(entries, digests, strict=True)]
    return digest_of(code.encode(), repr((tuple(project), read)).encode("utf-8", "replace"))


def _load(path: str) -> dict[str, Any]:
    try:
        with open(path, "rb") as file:
            kept = json.loads(file.read())
    except (OSError, ValueError, RecursionError):
        return {}
    return kept if isinstance(kept, dict) else {}


def _store(folder: str, name: str, value: dict[str, Any]) -> None:
    from peakguard.runtime.fsops import write_atomic

    data = json.dumps(value, separators=(",", ":")).encode()
    try:
        # Losing a cache costs a second check, so it is not synced; on a read-only tree there is none.
        write_atomic(os.path.join(folder, name), data, durability="rename")
        write_ignore_file(os.path.join(folder, "..", ".."))
    except OSError:
        return


def write_ignore_file(state: str) -> None:
    """Keep the state folder out of version control."""
    from peakguard.runtime.fsops import write_if_changed

    write_if_changed(os.path.join(state, ".gitignore"), b"*\n", durability="rename")
