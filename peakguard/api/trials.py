"""One program run again and again, each time in a folder that is filled anew, with one thing changed."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from peakguard.api.perturbations import Perturbation, cleared
from peakguard.api.recorded import CONDITIONS
from peakguard.api.replaying import last_words, recorded_in, run_program
from peakguard.kinds.reproducibility import workspace
from peakguard.kinds.reproducibility.archive import Archive
from peakguard.runtime.fsops import move

_CLOCK_NS = 1_767_225_600_000_000_000


class Made(NamedTuple):
    """What a run gave."""

    manifest: Mapping[str, Any]
    archive: Archive
    stdout: bytes


class Trial:
    """Runs of one program under `table`, in folders below `folder`; the project itself is at `root`."""

    def __init__(self, folder: str, root: str, table: Mapping[str, Any], command: Sequence[str], seed: int) -> None:
        self._folder = folder
        self._root = root
        self._table = table
        self._command = tuple(command)
        self._seed = seed
        self._count = 0
        self._manifest: Mapping[str, Any] = {}

    def in_place(self, how: Perturbation) -> Made | str:
        """The first run, where the program is at home, which shows what it reads; or why there was none."""
        words = [sys.executable, "-m", "peakguard", "run", "--root", self._root, f"--seed={self._seed}", "--no-journal"]
        made = self._made([*words, "--", *self._command], os.getcwd(), how, {})
        if isinstance(made, Made):
            self._manifest = made.manifest
            self._first = made.archive
        return made

    def under(self, how: Perturbation) -> Made | str:
        """A run under a change, after the first; or why there was none."""
        # All of them in a folder of one name, but where that is what is changed.
        folder = os.path.join(self._folder, "elsewhere" if how.moves_folder else "project")
        if os.path.isdir(folder):
            move(folder, os.path.join(self._folder, f"used-{self._count:03}"))
        workspace.fill(folder, self._manifest, self._first, self._root)
        words, variables = workspace.command(self._manifest, folder, sys.executable)
        return self._made(words, os.path.join(folder, self._manifest["folder"]), how, variables)

    def _made(self, words: Sequence[str], folder: str, how: Perturbation, more: Mapping[str, str]) -> Made | str:
        self._count += 1
        kept = os.path.join(self._folder, f"runs-{self._count:03}")
        done = run_program(
            words, folder, {**self._variables(how), **more, CONDITIONS: json.dumps(self._under(how, kept))}
        )
        manifest = recorded_in(kept)
        return Made(manifest, Archive(kept), done.stdout) if manifest is not None else last_words(done)

    def _variables(self, how: Perturbation) -> dict[str, str]:
        return cleared(os.environ, tuple(self._table["environment"])) if how.clears_environment else dict(os.environ)

    def _under(self, how: Perturbation, archive: str) -> dict[str, Any]:
        imports = {"imports": self._manifest["modules"][::-1]} if how.reverses_imports else {}
        return {
            "table": {**self._table, "pin": {**self._table["pin"], **how.pin}},
            "clock_ns": _CLOCK_NS + how.clock_ns,
            "archive": archive,
            "disturb": {"schedule": "kept", "memory": "kept", **how.disturb, **imports},
        }
