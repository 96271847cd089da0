"""What OLD and NEW name: a revision, a folder, a file, or nothing, which stands for the usual."""

from __future__ import annotations

import os
from typing import NamedTuple, NoReturn

from peakguard.diagnostics import codes
from peakguard.diagnostics.diagnostic import found
from peakguard.diagnostics.span import Span
from peakguard.difference.git import GitFault, Repository, repository_of
from peakguard.difference.revision import entries_at
from peakguard.pipeline.project import DEFAULT_SOURCES, Folder, Project, find_project
from peakguard.pipeline.read import Entry, read_file, read_project
from peakguard.runtime.errors import PolicyError

MAINS = ("origin/main", "main", "origin/master", "master")
"""The branches that changes are made for, in the order in which they are looked for."""
_FORCED = "git:"


class Side(NamedTuple):
    """One side: how it is called in reports, its files, and the part of the project that it is about, if not all.

    `is_apart`: files and folders outside of the policy folders have nothing to do with parts of the project.
    """

    label: str
    entries: list[Entry]
    part: str | None = None
    is_apart: bool = False


def sides(old: str | None, new: str | None, root: str | None) -> tuple[Side, Side]:
    """Both sides; where one is about a part of the project, so is the other.

    Raises PolicyError (PG946 to PG949) for what cannot be read.
    """
    project = find_project(root)
    after = _named(new, project) if new is not None else _work_tree(project)
    before = _named(old, project) if old is not None else _default(project)
    part = after.part or before.part
    before, after = (each if each.is_apart else each._replace(part=part) for each in (before, after))
    return before, after


def at_revision(project: Project, name: str, label: str | None = None) -> Side:
    """The policies of a project at a revision. Raises PolicyError (PG946, PG947, PG948)."""
    repository = repository_in(project, name)
    try:
        commit = repository.commit(name)
    except GitFault:
        code = codes.REVISION_NOT_HERE if repository.is_shallow() else codes.UNKNOWN_REVISION
        refuse(code, name, revision=name)
    try:
        return Side(label or f"{name} ({commit[:10]})", entries_at(repository, commit))
    except GitFault as fault:
        refuse(codes.NO_GIT, name, problem=fault.problem)


def repository_in(project: Project, name: str) -> Repository:
    """The repository that holds a project. Raises PolicyError (PG946)."""
    try:
        return repository_of(project.root)
    except GitFault as fault:
        refuse(codes.NO_GIT, name, problem=fault.problem)


def refuse(code: str, place: str, **data: str) -> NoReturn:
    """Raises PolicyError with one finding."""
    finding = found(code, Span.whole(place), **data)
    raise PolicyError(code, (finding,), **data)


def _work_tree(project: Project) -> Side:
    if project.findings:
        raise PolicyError(project.findings[0].code, project.findings, **project.findings[0].data)
    return Side("the working tree", read_project(project))


def _named(name: str, project: Project) -> Side:
    if name.startswith(_FORCED):
        return at_revision(project, name.removeprefix(_FORCED))
    if os.path.isdir(name):
        return _folder(name, project)
    if os.path.lexists(name):
        part = _inside(name, project)
        return (
            Side(name, read_project(project), part)
            if part is not None
            else Side(name, [read_file(name)], is_apart=True)
        )
    return at_revision(project, name)


def _folder(name: str, project: Project) -> Side:
    """A folder of policies, a project of its own, or a part of this one."""
    path = os.path.abspath(name)
    if path == os.path.abspath(project.root):
        return _work_tree(project)
    part = _inside(name, project)
    if part is not None:
        return Side(name, read_project(project), part)
    if any(os.path.exists(os.path.join(path, each)) for each in ("pyproject.toml", *DEFAULT_SOURCES)):
        own = find_project(path)
        folders = [each._replace(shown=f"{name.rstrip('/')}/{each.shown}") for each in own.folders]
        return Side(name, read_project(own._replace(folders=tuple(folders))), is_apart=True)
    return Side(name, read_project(Project(path, (Folder(path, name.rstrip("/")),), (), b"")), is_apart=True)


def _inside(name: str, project: Project) -> str | None:
    """The path from the root of a file or folder inside the policy folders; None for one elsewhere."""
    path = os.path.abspath(name)
    for folder in project.folders:
        if path == folder.path or path.startswith(folder.path + os.sep):
            inside = os.path.relpath(path, folder.path)
            return folder.shown if inside == "." else f"{folder.shown}/{inside.replace(os.sep, '/')}"
    return None


def _default(project: Project) -> Side:
    """The latest commit that the current branch shares with the main one."""
    repository = repository_in(project, "OLD")
    mains = [name for name in MAINS if repository.knows(name)]
    best: tuple[str, str] | None = None
    for name in mains:
        base = repository.merge_base(name, "HEAD")
        # Of several main branches the one that is up to date shares the most.
        if base is not None and (best is None or repository.merge_base(best[1], base) == best[1] != base):
            best = (name, base)
    if best is not None:
        return at_revision(project, best[1], f"the merge base with {best[0]} ({best[1][:10]})")
    if repository.is_shallow():
        refuse(codes.REVISION_NOT_HERE, "OLD", revision=f"the merge base with {mains[0] if mains else MAINS[0]}")
    if mains:
        refuse(codes.NOTHING_TO_COMPARE, "OLD", problem=f"HEAD and {mains[0]} have no commit in common")
    refuse(codes.NOTHING_TO_COMPARE, "OLD", problem=f"none of the branches {', '.join(MAINS)} is known here")
