"""The near end of a warm process: which commands it may run, and running them."""

from __future__ import annotations

import json
import select
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

COMMANDS = frozenset(
    {
        "adopt",
        "cache",
        "check",
        "config",
        "diff",
        "docs",
        "eval",
        "explain",
        "report",
        "sample",
        "schema",
        "show",
        "simulate",
        "test",
        "validate",
        "verify",
    }
)
"""Those that run no program of a user, so that nothing depends on how the process was started."""
TIMEOUT = 60.0


class Warm:
    """A warm process of this session. Raises TimeoutExpired where a command takes longer than a minute."""

    def __init__(self, command: Path) -> None:
        self._command = command
        self._process = self._start()

    def may_run(self, arguments: Sequence[str], variables: Mapping[str, str]) -> bool:
        """Whether a fork gives what a process of its own would: what the interpreter reads at its start is as here."""
        at_start = ("PYTHON", "LC_", "LANG", "MALLOC", "LD_")
        return bool(arguments) and arguments[0] in COMMANDS and not any(name.startswith(at_start) for name in variables)

    def run(
        self, arguments: Sequence[str], cwd: Path, environment: Mapping[str, str]
    ) -> subprocess.CompletedProcess[str]:
        """Run a command to its end."""
        with tempfile.NamedTemporaryFile() as out, tempfile.NamedTemporaryFile() as err:
            request = {
                "command": str(self._command),
                "arguments": [str(each) for each in arguments],
                "cwd": str(cwd),
                "environment": dict(environment),
                "stdout": out.name,
                "stderr": err.name,
            }
            assert self._process.stdin is not None
            self._process.stdin.write(json.dumps(request) + "\n")
            self._process.stdin.flush()
            code = json.loads(self._answer(arguments))
            command = [str(self._command), *arguments]
            return subprocess.CompletedProcess(command, code, out.read().decode(), err.read().decode())

    def close(self) -> None:
        """End the process."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait()
        assert self._process.stdout is not None
        self._process.stdout.close()

    def _start(self) -> subprocess.Popen[str]:
        script = Path(__file__).with_name("warm_process.py")
        process = subprocess.Popen(
            [sys.executable, script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True
        )
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        return process

    def _answer(self, arguments: Sequence[str]) -> str:
        answers = self._process.stdout
        assert answers is not None
        if not select.select([answers], [], [], TIMEOUT)[0]:
            self._process.kill()
            self._process = self._start()
            raise subprocess.TimeoutExpired(list(arguments), TIMEOUT)
        return answers.readline()
