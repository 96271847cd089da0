"""A copy of the repository in which one mutant after the other is planted and its tests are run."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
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
_PLAIN = ("-q", "-x", "-n", "0", "-p", "no:cacheprovider", "-p", "tests.mutation.failing", "--tb=short")


class Ran(NamedTuple):
    """How a run of tests ended: the test that failed, empty where all passed."""

    failed: str
    seconds: float


class Workspace:
    """The copy. It is made once; a mutant is planted in it and taken out again."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._turn = 0
        self._passing: set[str] = set()
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

    def run(self, tests: Sequence[str]) -> Ran:
        """Run tests until the first that fails."""
        started = time.monotonic()
        with tempfile.NamedTemporaryFile("r", encoding="utf-8") as noted:
            environment = {**os.environ, "PYTHONPATH": str(self.root), failing.FILE: noted.name}
            done = subprocess.run(
                [sys.executable, "-m", "pytest", *_PLAIN, *tests],
                cwd=self.root, env=environment, capture_output=True, text=True, check=False, timeout=LONGEST,
            )  # fmt: skip # a line each would be longer
            failed = noted.read().splitlines()
        if done.returncode not in (0, 1) or bool(failed) != bool(done.returncode):
            raise DidNotRun(f"{done.stdout[-2000:]}{done.stderr[-2000:]}")
        return Ran(failed[0] if failed else "", time.monotonic() - started)

    def control(self, test: str) -> Ran:
        """Run a test without any fault; one that has passed here is not asked again."""
        if test in self._passing:
            return Ran("", 0.0)
        ran = self.run([test])
        if not ran.failed:
            self._passing.add(test)
        return ran


class DidNotRun(Exception):
    """Tests could not be collected, or there are none: that shows nothing."""
