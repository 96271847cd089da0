"""`peakguard replay`: a recorded run made once more, and compared."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

from peakguard.api.recorded import CONDITIONS
from peakguard.kinds.reproducibility import circumstances, workspace
from peakguard.kinds.reproducibility.archive import Archive, folder_of
from peakguard.kinds.reproducibility.comparison import Divergence, divergence
from peakguard.pipeline.project import Project, find_project
from peakguard.runtime.errors import PeakguardError
from peakguard.runtime.events import Severity, emit
from peakguard.runtime.journal.keeping import Shared


class Replayed(NamedTuple):
    """What came of a repetition: `identical`, `diverged` with the first difference, `not replayable` with reasons."""

    run_id: str
    verdict: str
    first: Divergence | None
    missing: tuple[str, ...]


def replay(run: str, root: str | None = None, *, python: str | None = None) -> Replayed:
    """Repeat a run in a folder of its own, and compare. Nothing of the project is changed.

    Raises PeakguardError: PG2101 for a run that there is not, PG2102 for a manifest that cannot be used.
    """
    project = find_project(root)
    made = _replayed(project, run, python)
    with Shared(project.root):
        severity: Severity = "info" if made.verdict == "identical" else "warning"
        place = made.first.artifact if made.first is not None else None
        emit("run_repeated", severity=severity, repeated=made.run_id, verdict=made.verdict, place=place)
    return made


def _replayed(project: Project, run: str, python: str | None) -> Replayed:
    archive = Archive(folder_of(project.root))
    manifest = archive.load(run)
    missing = tuple(workspace.obstacles(manifest, archive, project.root, _found(python)))
    if missing:
        return Replayed(manifest["run_id"], "not replayable", None, missing)
    with TemporaryDirectory(prefix="peakguard-replay-") as temporary:
        folder, kept = os.path.join(os.path.realpath(temporary), "project"), os.path.join(temporary, "runs")
        workspace.fill(folder, manifest, archive, project.root)
        words, variables = workspace.command(manifest, folder, python or sys.executable)
        under = {"table": manifest["table"], "clock_ns": manifest["clock_ns"], "archive": kept}
        environment = {**os.environ, **variables, CONDITIONS: json.dumps(under)}
        place = os.path.join(folder, manifest["folder"])
        done = run_program(words, place, environment, workspace.given(manifest, archive))
        repeated = recorded_in(kept)
        if repeated is None:
            problem = f"the program could not be run: {last_words(done)}"
            return Replayed(manifest["run_id"], "not replayable", None, (problem,))
        first = divergence(manifest, repeated, archive.content, Archive(kept).content)
    if first is None:
        archive.note_verified(manifest["run_id"])
    return Replayed(manifest["run_id"], "identical" if first is None else "diverged", first, ())


def run_program(
    words: Sequence[str], folder: str, environment: Mapping[str, str], given: bytes = b""
) -> subprocess.CompletedProcess[bytes]:
    """Run a command under a standard input; what it writes to stdout and stderr is kept."""
    return subprocess.run(  # noqa: S603 # the program that was recorded
        words, cwd=folder, env=environment, input=given, capture_output=True, check=False
    )


def last_words(done: subprocess.CompletedProcess[bytes]) -> str:
    """What a program said on stderr: its first error of ours, else the last line."""
    lines = done.stderr.decode(errors="replace").strip().splitlines()
    told = [line for line in lines if line.startswith(("error[", "peakguard:"))]
    return (told or lines[-1:])[0] if lines else f"exit code {done.returncode}"


def recorded_in(folder: str) -> dict[str, Any] | None:
    """The manifest that a repetition left; None where it came to none."""
    try:
        return Archive(folder).load("last")
    except PeakguardError:
        return None


def _found(python: str | None) -> Mapping[str, Any]:
    """Python and the packages of this interpreter, or of another one."""
    if python is None:
        return {"python": circumstances.python_facts(), "packages": circumstances.packages()}
    script = (
        "import json\nfrom peakguard.kinds.reproducibility.circumstances import packages, python_facts\n"
        "print(json.dumps({'python': python_facts(), 'packages': packages()}))"
    )
    try:
        done = subprocess.run([python, "-c", script], capture_output=True, check=False)  # noqa: S603 # the user's own
    except OSError:
        return {"python": {}, "packages": {}}
    found: Mapping[str, Any] = json.loads(done.stdout) if done.returncode == 0 else {"python": {}, "packages": {}}
    return found
