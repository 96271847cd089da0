"""`PATH…` of `check`: narrows what is reported, never what is read."""

from __future__ import annotations

import os
from collections.abc import Sequence

from peakguard.cli.refusal import Refusal
from peakguard.diagnostics import codes
from peakguard.diagnostics.diagnostic import Diagnostic, found
from peakguard.diagnostics.span import Span
from peakguard.pipeline.project import Project


def select(
    findings: Sequence[Diagnostic], project: Project, files: Sequence[str], paths: Sequence[str]
) -> tuple[Diagnostic, ...]:
    """The findings in the named files and folders; all of them where no path is named.

    Raises Refusal for a path that does not exist or lies outside the policy folders.
    """
    if not paths:
        return tuple(findings)
    wanted = [_relative(project, path) for path in paths]
    for path, shown in zip(paths, wanted, strict=True):
        _check_path(project, files, path, shown)
    return tuple(finding for finding in findings if any(_is_under(finding.span.file, each) for each in wanted))


def _relative(project: Project, path: str) -> str:
    full = os.path.abspath(path)
    for folder in project.folders:
        if full == folder.path or full.startswith(folder.path + os.sep):
            inside = os.path.relpath(full, folder.path)
            return folder.shown if inside == "." else f"{folder.shown}/{inside.replace(os.sep, '/')}"
    return os.path.relpath(full, project.root).replace(os.sep, "/")


def _check_path(project: Project, files: Sequence[str], path: str, shown: str) -> None:
    if not os.path.lexists(path):
        raise Refusal(found(codes.UNREADABLE_FILE, Span.whole(path), reason="no such file or directory"))
    is_read = any(_is_under(file, shown) for file in files)
    if not is_read and not any(_is_under(folder.shown, shown) for folder in project.folders):
        folders = ", ".join(folder.shown for folder in project.folders) or "none"
        raise Refusal(found(codes.PATH_OUTSIDE_SOURCES, Span.whole(path), folders=folders))


def _is_under(file: str, folder: str) -> bool:
    return folder in (".", file) or file.startswith(folder.rstrip("/") + "/")
