"""The policy files of an older revision, as if they were read from a folder."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Sequence

from peakguard.diagnostics import codes
from peakguard.diagnostics.diagnostic import found
from peakguard.diagnostics.span import Span
from peakguard.difference.git import Blob, Repository
from peakguard.pipeline.project import DEFAULT_SOURCES, Folder, Project
from peakguard.pipeline.read import Entry, is_read, read_project
from peakguard.pipeline.settings import package_folder, read_sources
from peakguard.syntax.limits import MAX_BYTES

_SETTINGS = "pyproject.toml"
_PACKAGE = "pkg:"


def entries_at(repository: Repository, commit: str) -> list[Entry]:
    """The entries of all policy folders at a commit, as its own settings name them, sorted by name.

    Policies of installed packages are those that are installed now. Raises GitFault.
    """
    blobs = {blob.path: blob for blob in repository.blobs(commit)}
    sources = _sources(repository, blobs)
    folders = [posixpath.normpath(source) for source in sources if not source.startswith(_PACKAGE)]
    wanted = [blob for blob in blobs.values() if _is_under(blob.path, folders)]
    found_entries = [*_read(repository, wanted, blobs), *_installed(sources)]
    return sorted({entry.file: entry for entry in found_entries}.values(), key=lambda entry: entry.file)


def _sources(repository: Repository, blobs: dict[str, Blob]) -> Sequence[str]:
    folders = {path[: path.index("/")] for path in blobs if "/" in path}
    settings = blobs.get(_SETTINGS)
    if settings is None:
        return DEFAULT_SOURCES
    (text,) = repository.contents([settings.digest])
    return read_sources(text, folders.__contains__)[0] if b"peakguard" in text else DEFAULT_SOURCES


def _is_under(path: str, folders: Sequence[str]) -> bool:
    """Whether a file of a policy folder is one that is read, or something in its place that cannot be."""
    for folder in folders:
        inside = path if folder == "." else path.removeprefix(f"{folder}/")
        if (folder == "." or inside != path) and (is_read(inside) or "." not in posixpath.basename(inside)):
            return True
    return False


def _read(repository: Repository, wanted: Sequence[Blob], blobs: dict[str, Blob]) -> Iterator[Entry]:
    files = [blob for blob in wanted if blob.is_content and is_read(posixpath.basename(blob.path))]
    read = {blob.path for blob in files}
    for blob, data in zip(files, repository.contents([blob.digest for blob in files]), strict=True):
        yield _entry(blob.path, data)
    for blob in wanted:
        if not blob.is_content:
            yield from _followed(repository, blob, blobs, read)


def _followed(repository: Repository, link: Blob, blobs: dict[str, Blob], read: set[str]) -> Iterator[Entry]:
    """What a link leads to; what is read under its own name is not read again."""
    target = None
    if link.is_link:
        (text,) = repository.contents([link.digest])
        target = posixpath.normpath(posixpath.join(posixpath.dirname(link.path), text.decode("utf-8", "replace")))
    if target in read:
        return
    if target in blobs and blobs[target].is_content and is_read(posixpath.basename(link.path)):
        (data,) = repository.contents([blobs[target].digest])
        yield _entry(link.path, data)
        return
    reason = "a link that is not followed in an older revision" if link.is_link else "a submodule"
    yield Entry(link.path, b"", found(codes.UNREADABLE_FILE, Span.whole(link.path), reason=reason))


def _entry(path: str, data: bytes) -> Entry:
    if len(data) > MAX_BYTES:
        return Entry(path, b"", found(codes.FILE_TOO_LARGE, Span.whole(path), size=len(data), limit=MAX_BYTES))
    return Entry(path, data)


def _installed(sources: Sequence[str]) -> Iterator[Entry]:
    for source in sources:
        path = package_folder(source.removeprefix(_PACKAGE)) if source.startswith(_PACKAGE) else None
        if path is not None:
            yield from read_project(Project(path, (Folder(path, source),), (), b""))
