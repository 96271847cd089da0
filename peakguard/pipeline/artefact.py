"""`.peakguard/compiled/<digest>`: what `load` starts from when nothing changed, without any compiler."""

from __future__ import annotations

import json
import os
import time
from typing import Any

from peakguard.pipeline.cache import code_digest, write_ignore_file
from peakguard.pipeline.project import STATE, Project
from peakguard.pipeline.read import Entry, read_project
from peakguard.runtime.digest import digest_of
from peakguard.runtime.policy_set import PolicySet


def load_project(project: Project) -> PolicySet:
    """The compiled policies of a project, from the artefact where it is current.

    Raises PolicyError where the check finds errors.
    """
    entries = read_project(project)
    digest = _digest(project, entries)
    path = os.path.join(project.root, STATE, "compiled", digest)
    tables = _read(path)
    if tables is None:
        from peakguard.pipeline.compile import compile_project

        tables = compile_project(project, entries, time.strftime("%Y-%m-%d", time.gmtime()))
        _write(path, tables)
    return PolicySet(tables, digest, project.root)


def _digest(project: Project, entries: list[Entry]) -> str:
    read = [(entry.file, digest_of(entry.data), entry.finding) for entry in entries]
    return digest_of(code_digest().encode(), repr((project.findings, read)).encode("utf-8", "replace"))


def _read(path: str) -> dict[str, Any] | None:
    """The tables, or None for an artefact that is not there or not whole."""
    try:
        with open(path, "rb") as file:
            head, _, body = file.read().partition(b"\n")
    except OSError:
        return None
    if head.decode("ascii", "replace") != digest_of(body):
        return None
    tables: dict[str, Any] = json.loads(body)
    return tables


def _write(path: str, tables: dict[str, Any]) -> None:
    from peakguard.runtime.fsops import write_atomic

    body = json.dumps(tables, separators=(",", ":"), sort_keys=True).encode()
    head = digest_of(body).encode()
    try:
        write_atomic(path, head + b"\n" + body, durability="rename")
        write_ignore_file(os.path.dirname(os.path.dirname(path)))
    except OSError:
        return
