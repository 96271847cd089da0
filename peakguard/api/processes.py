"""Running another program to its end, with all that it starts, and for no longer than is allowed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from typing import NamedTuple


class Ended(NamedTuple):
    """How a program ended, and what it wrote; `code` is None where it had to be stopped."""

    code: int | None
    out: str
    errors: str

    @property
    def last_words(self) -> str:
        """Its first error of ours on stderr, else its last line there, else its exit code."""
        lines = self.errors.strip().splitlines()
        told = [line for line in lines if line.startswith(("error[", "peakguard:"))]
        return (told or lines[-1:])[0] if lines else f"exit code {self.code}"


def run_to_end(
    words: Sequence[str],
    folder: str,
    environment: Mapping[str, str],
    *,
    seconds: float | None = None,
    given: str = "",
) -> Ended:
    """Run a program; after `seconds` it is killed, and what it started with it. Raises OSError where there is none."""
    with subprocess.Popen(  # noqa: S603 # what a policy or a caller names
        words, cwd=folder, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        text=True, errors="replace", start_new_session=True,
    ) as process:  # fmt: skip # one option a word
        try:
            out, errors = process.communicate(given, timeout=seconds)
        except subprocess.TimeoutExpired:
            _kill(process.pid)
            out, errors = process.communicate()
            return Ended(None, out, errors)
        except BaseException:
            _kill(process.pid)
            raise
        return Ended(process.returncode, out, errors)


def _kill(group: int) -> None:
    try:
        os.killpg(group, signal.SIGKILL)
    except ProcessLookupError:
        return


def path_with_us() -> str:
    """PATH with this interpreter first, so that `python` is the one that peakguard is installed for."""
    return os.pathsep.join([os.path.dirname(sys.executable), os.environ.get("PATH", "")])
