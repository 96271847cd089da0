"""A copy of the repository in which one mutant after the other is planted and its tests are run."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from tests.mutation import failing
from tests.mutation.mutant import Mutant

REPOSITORY = Path(__file__).resolve().parents[2]
COPIED = (
    "peakguard", "tests", "docs", "policies", "contracts", "pyproject.toml", "README.md", "CHANGELOG.md", "Makefile",
)  # fmt: skip # a line each would be longer
LONGEST = 600
"""Seconds after which tests are taken to hang. Slow machines are no reason to call a mutant caught."""
_LEFT_OUT = shutil.ignore_patterns("__pycache__", ".peakguard", ".hypothesis", "killed.jsonl")
_PLAIN = (
    "-q", "-o", "addopts=", "-m", "not slow", "--strict-markers", "--tb=short",
    "-W", "ignore::pytest.PytestAssertRewriteWarning",
    "-p", "no:xdist", "-p", "no:xdist.looponfail", "-p", "no:cacheprovider", "-p", "tests.mutation.failing",
)  # fmt: skip # a line each would be longer


class Ran(NamedTuple):
    """How a run of tests ended: the tests that failed."""

    failed: tuple[str, ...]
    seconds: float


class Workspace:
    """The copy. It is made once; a mutant is planted in it and taken out again."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._turn = 0
        self._nursery: subprocess.Popen[str] | None = None
        for name in COPIED:
            if (REPOSITORY / name).is_dir():
                shutil.copytree(REPOSITORY / name, root / name, ignore=_LEFT_OUT)
            else:
                shutil.copy(REPOSITORY / name, root)

    @contextmanager
    def planted(self, mutant: Mutant) -> Iterator[None]:
        """The fault stands while the block runs."""
        target = self.root / mutant.file
        text = target.read_text()
        self._write(target, mutant.applied(text))
        try:
            yield
        finally:
            self._write(target, text)

    def _write(self, target: Path, text: str) -> None:
        target.write_text(text)
        # Bytecode is trusted by whole seconds and size: two contents within one second may pass for one.
        self._turn += 1
        os.utime(target, (self._turn, self._turn))
        for compiled in (target.parent / "__pycache__").glob(f"{target.stem}.*.pyc"):
            compiled.unlink(missing_ok=True)

    def run(self, tests: Sequence[str], *options: str, longest: int = LONGEST) -> Ran:
        """Run tests until the first that fails. Raises DidNotRun, also for tests that do not end."""
        started = time.monotonic()
        noted, output = self.root / "failed.txt", self.root / "output.txt"
        noted.write_text("")
        request = {"arguments": [*_PLAIN, *options, *tests], "output": str(output), "longest": longest}
        code = self._ask(request)
        failed = noted.read_text().splitlines()
        if code is None:
            raise DidNotRun(f"they did not end in {longest} s", is_hung=True)
        if code not in (0, 1) or bool(failed) != bool(code):
            raise DidNotRun(output.read_text()[-3000:])
        return Ran(tuple(failed), time.monotonic() - started)

    def _ask(self, request: dict[str, object]) -> int | None:
        if self._nursery is None:
            environment = {**os.environ, "PYTHONPATH": str(self.root), failing.FILE: str(self.root / "failed.txt")}
            self._nursery = subprocess.Popen(
                [sys.executable, "-m", "tests.mutation.nursery"],
                cwd=self.root, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            )  # fmt: skip # a line each would be longer
        stdin, stdout = self._nursery.stdin, self._nursery.stdout
        assert stdin is not None
        assert stdout is not None
        stdin.write(json.dumps(request) + "\n")
        stdin.flush()
        code: int | None = json.loads(stdout.readline())["code"]
        return code

    def close(self) -> None:
        """End the process that runs the tests."""
        if self._nursery is not None:
            self._nursery.communicate()
            self._nursery = None


class DidNotRun(Exception):
    """Tests could not be collected, there are none, or they hang: that shows nothing."""

    def __init__(self, reason: str, *, is_hung: bool = False) -> None:
        super().__init__(reason)
        self.is_hung = is_hung
