"""What git knows of older versions, asked without touching the work tree, the index or any reference."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence
from typing import NamedTuple

_LINK, _MODULE = "120000", "160000"
_QUIET = {"GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0", "GIT_NO_LAZY_FETCH": "1", "LC_ALL": "C"}


class GitFault(Exception):
    """Git cannot be asked, or does not know: `problem` in its own words, in one line."""

    def __init__(self, problem: str) -> None:
        super().__init__(problem)
        self.problem = problem


class Blob(NamedTuple):
    """A file of a tree, from the folder that was asked for: its content, a link, or a submodule in its place."""

    path: str
    digest: str
    mode: str = "100644"

    @property
    def is_link(self) -> bool:
        """Whether its content is the path of another file."""
        return self.mode == _LINK

    @property
    def is_content(self) -> bool:
        """Whether it is a file like any other."""
        return self.mode not in (_LINK, _MODULE)


class Repository(NamedTuple):
    """The repository that holds a folder; `prefix` leads from its top to the folder, with a slash at the end."""

    folder: str
    prefix: str

    def ask(self, *arguments: str, data: bytes | None = None) -> bytes:
        """The output of a git command. Raises GitFault where it fails."""
        return _ask(self.folder, arguments, data)

    def commit(self, name: str) -> str:
        """The commit that a revision names. Raises GitFault."""
        return self.ask("rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}").decode().strip()

    def knows(self, name: str) -> bool:
        """Whether a revision is known here."""
        try:
            return bool(self.commit(name))
        except GitFault:
            return False

    def merge_base(self, one: str, other: str) -> str | None:
        """The best common ancestor, None where there is none that is known here."""
        try:
            return self.ask("merge-base", one, other).decode().split("\n")[0] or None
        except GitFault:
            return None

    def is_shallow(self) -> bool:
        """Whether older commits were left out of this clone."""
        return self.ask("rev-parse", "--is-shallow-repository").strip() == b"true"

    def blobs(self, commit: str) -> list[Blob]:
        """All files below the folder at a commit."""
        # With a path the listing would be told from the current folder; a tree needs none.
        tree = f"{commit}:{self.prefix.rstrip('/')}" if self.prefix else commit
        if self.prefix and not self._has_tree(tree):
            return []
        found = []
        for line in self.ask("ls-tree", "-r", "-z", "--full-tree", tree).split(b"\0"):
            if line:
                about, _, path = line.partition(b"\t")
                mode, _, digest = about.decode().split()
                name = path.decode("utf-8", "replace")
                found.append(Blob(name, digest, mode))
        return found

    def _has_tree(self, tree: str) -> bool:
        try:
            return self.ask("cat-file", "-t", tree).strip() == b"tree"
        except GitFault:
            return False

    def contents(self, digests: Sequence[str]) -> list[bytes]:
        """The content of blobs, by one process for all of them. Raises GitFault where one is not here."""
        if not digests:
            return []
        output = self.ask("cat-file", "--batch", data="".join(f"{digest}\n" for digest in digests).encode())
        found, position = [], 0
        for digest in digests:
            end = output.index(b"\n", position)
            head = output[position:end].split()
            if len(head) != len(("digest", "type", "size")):
                raise GitFault(f"the object {digest} is not in this clone")
            size = int(head[2])
            found.append(output[end + 1 : end + 1 + size])
            position = end + 1 + size + 1
        return found

    def tags(self) -> list[str]:
        """All tags that lie behind the current commit."""
        return self.ask("tag", "--list", "--merged", "HEAD").decode("utf-8", "replace").split("\n")[:-1]


def repository_of(folder: str) -> Repository:
    """The repository that holds a folder. Raises GitFault where there is none, or no git."""
    prefix = _ask(folder, ("rev-parse", "--show-prefix"), None).decode("utf-8", "surrogateescape").rstrip("\n")
    return Repository(folder, prefix)


def _ask(folder: str, arguments: Sequence[str], data: bytes | None) -> bytes:
    try:
        done = subprocess.run(  # noqa: S603 # arguments of ours; a revision cannot be taken for an option
            ["git", *arguments],  # noqa: S607 # the user's git
            cwd=folder,
            input=data,
            stdin=subprocess.DEVNULL if data is None else None,
            capture_output=True,
            env={**os.environ, **_QUIET},
            check=False,
        )
    except FileNotFoundError as error:
        raise GitFault("git is not installed") from error
    except OSError as error:
        raise GitFault((error.strerror or str(error)).lower()) from error
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace").strip().split("\n")[0]
        raise GitFault(said.removeprefix("fatal: ") or f"git {arguments[0]} failed")
    return done.stdout
