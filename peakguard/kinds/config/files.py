"""The files of a configuration, read with the place of every value."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from peakguard.diagnostics import codes
from peakguard.diagnostics.diagnostic import Diagnostic, found
from peakguard.diagnostics.span import Span
from peakguard.runtime.digest import digest_of
from peakguard.syntax.decode_text import source_of
from peakguard.syntax.node import Mapping as Table
from peakguard.syntax.parse import parse


class File(NamedTuple):
    """One file as it was read: its path as it is shown, the digest of its bytes (None: it is not there), its tree."""

    path: str
    digest: str | None
    tree: Table | None
    under: str | None
    findings: tuple[Diagnostic, ...]


class Wanted(NamedTuple):
    """A file to read: its folder and path, whether it must be there, and the section that it holds."""

    folder: str
    path: str
    required: bool
    under: str | None


def wanted_files(plan: Mapping[str, Any], root: str, files: Sequence[str] | None, profile: str | None) -> list[Wanted]:
    """The files of a policy, or the given ones in place of those that hold whole configurations.

    Paths of the policy are taken from the root of the project, given ones from the current folder.
    """
    found: list[Wanted] = []
    if files is not None:
        found += [Wanted("", path, required=True, under=None) for path in files]
    for index, layer in enumerate(plan["files"]):
        if files is not None and layer["under"] is None:
            continue
        if "{profile}" in layer["path"] and profile is None:
            continue
        required = layer["required"]
        if required is None:
            required = index == 0 or "{profile}" in layer["path"] or layer["under"] is not None
        found.append(Wanted(root, layer["path"].replace("{profile}", profile or ""), required, layer["under"]))
    return found


def read_file(wanted: Wanted) -> File:
    """A file; nothing is made, and what cannot be read is a finding."""
    folder, path, required, under = wanted
    try:
        with open(os.path.join(folder, path), "rb") as file:
            data = file.read()
    except FileNotFoundError:
        says = "say in the policy that it is not required"
        missing = [found(codes.CONFIG_FILE_MISSING, Span.whole(path), path=path, says=says)] if required else []
        return File(path, None, None, under, tuple(missing))
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        return File(path, None, None, under, (found(codes.UNREADABLE_FILE, Span.whole(path), reason=reason),))
    tree, findings = parse_config(path, data)
    return File(path, digest_of(data), tree, under, tuple(findings))


def parse_config(path: str, data: bytes) -> tuple[Table | None, list[Diagnostic]]:
    """The tree of a file of TOML, YAML or JSON; a file without any key is an empty one."""
    source, findings = source_of(path, data)
    if source is None:
        return None, findings
    if path.lower().endswith(".json") and data.strip():
        try:
            json.loads(source.text)
        except ValueError as error:
            offset, problem = getattr(error, "pos", 0), getattr(error, "msg", str(error)).lower()
            return None, [found(codes.CONFIG_NOT_JSON, source.span(offset, offset + 1), problem=problem)]
    tree, findings = parse(source)
    if [finding.code for finding in findings] == [codes.EMPTY_FILE]:
        return Table(source, 0, 0, {}), []
    return tree, findings
