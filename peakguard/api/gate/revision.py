"""What a change is compared with: the revision at which it left its base, as git knows it."""

from __future__ import annotations

import subprocess
from typing import NamedTuple

from peakguard.diagnostics import codes
from peakguard.runtime.errors import PeakguardError


class Revision(NamedTuple):
    """A commit of the repository that holds a project."""

    root: str
    name: str
    commit: str

    def content(self, path: str) -> str | None:
        """The text of a file of the project, by its path from the root, at that commit; None where it had none."""
        done = _git(self.root, "show", f"{self.commit}:./{path}")
        return done.stdout.decode("utf-8", "replace") if done.returncode == 0 else None

    def changed(self) -> set[str]:
        """Files of the project that are others than at that commit, or new, by their paths from the root."""
        listed = _git(self.root, "diff", "--name-only", "--relative", "-z", self.commit)
        new = _git(self.root, "ls-files", "--others", "--exclude-standard", "-z")
        return {name for done in (listed, new) for name in done.stdout.decode(errors="replace").split("\0") if name}


def base_of(root: str, against: str) -> Revision:
    """Where the present state left a revision, which may be of this repository or of `origin`.

    Raises PeakguardError (PG2143) where there is no such revision, or no git.
    """
    problem = "git is not installed"
    try:
        for name in (against, f"origin/{against}"):
            done = _git(root, "merge-base", name, "HEAD")
            if done.returncode == 0:
                return Revision(root, name, done.stdout.decode().strip())
            problem = problem if name != against else _said(done)
    except OSError:
        pass
    raise PeakguardError(codes.GATE_BASE_MISSING, revision=against, problem=problem)


def _said(done: subprocess.CompletedProcess[bytes]) -> str:
    words = done.stderr.decode(errors="replace").strip().removeprefix("fatal: ")
    return words.splitlines()[0].lower() if words else "the histories have nothing in common"


def _git(root: str, *words: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(["git", "-C", root, *words], capture_output=True, check=False)  # noqa: S603, S607 # of the system
