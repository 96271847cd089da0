"""One program run again and again under `peakguard run`, each time with other faults planted in its process."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from tempfile import TemporaryFile
from typing import IO, Any

from peakguard.api.chaos_files import Kept, digests
from peakguard.kinds.chaos.judging import Ran
from peakguard.kinds.chaos.ledger import notes
from peakguard.kinds.chaos.permission import VARIABLE, hand_over
from peakguard.runtime.digest import digest_of
from peakguard.runtime.fsops import make_folder


class Runs:
    """Runs of one command under one scenario. `folder` holds their orders and what they leave behind."""

    def __init__(
        self,
        root: str,
        place: str,
        command: Sequence[str],
        scenario: Mapping[str, Any],
        orders: Mapping[str, Any],
        environment: Mapping[str, str],
        timeout: float,
        folder: str,
    ) -> None:
        self._root, self._place, self._command, self._scenario = root, place, tuple(command), scenario
        self._orders, self._environment, self._timeout, self._folder = orders, environment, timeout, folder
        self._count = 0
        self._kept = Kept(root, scenario["restores"], os.path.join(folder, "before"))
        self._before = digests(root, scenario["outputs"])

    def under(self, faults: Sequence[str]) -> Ran:
        """A run under some faults, on the files that the first run found."""
        self._kept.restore()
        self._count += 1
        folder = os.path.join(self._folder, f"run-{self._count:03}")
        make_folder(folder, durability="none")
        handle = hand_over(folder, {**self._orders, "faults": list(faults), "folder": folder})
        environment = {**self._environment, VARIABLE: handle}
        if self._orders["bare"]:
            environment["PEAKGUARD_MODE"] = "off"
        start = time.monotonic()
        code, out, err = self._started(environment)
        return self._told(folder, code, out, err, time.monotonic() - start)

    def restore(self) -> None:
        """Leave the files as the first run found them."""
        self._kept.restore()

    def left(self, reference: Ran, ran: Ran) -> str:
        """What the outputs are after a run: `right`, `before`, as it found them, or `other`."""
        if ran.outputs == reference.outputs:
            return "right"
        return "before" if ran.outputs == self._before else "other"

    def _started(self, environment: Mapping[str, str]) -> tuple[int | None, bytes, bytes]:
        words = [sys.executable, "-m", "peakguard", "run", "--root", self._root, "--no-journal", "--", *self._command]
        # Files, not pipes: a child that outlives the program would keep a pipe open, and look like a hang.
        with TemporaryFile() as out, TemporaryFile() as err:
            process = subprocess.Popen(  # noqa: S603 # the program that the user asks for
                words, cwd=self._place, env=environment, stdin=subprocess.DEVNULL, stdout=out, stderr=err,
                start_new_session=True,
            )  # fmt: skip # one option a word
            code: int | None = None
            try:
                with suppress(subprocess.TimeoutExpired):
                    code = process.wait(self._timeout)
            finally:
                # Children that outlive the program would hold what the next run needs.
                _end(process)
                process.wait()
            return code, _content(out), _content(err)

    def _told(self, folder: str, code: int | None, out: bytes, err: bytes, seconds: float) -> Ran:
        told = list(notes(folder))
        of = {name: [note for note in told if note["event"] == name] for name in ("began", "injected", "died")}
        return Ran(
            code,
            digests(self._root, self._scenario["outputs"]),
            digest_of(out) if self._scenario["stdout"] else "",
            err.decode(errors="replace"),
            seconds,
            of["injected"],
            of["died"][-1] if of["died"] else None,
            [str(note["problem"]) for note in told if "problem" in note],
            of["began"][0]["run"] if of["began"] else None,
        )


def _end(process: subprocess.Popen[bytes]) -> None:
    """End a program and all that it started."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)


def _content(file: IO[bytes]) -> bytes:
    file.seek(0)
    return file.read()
