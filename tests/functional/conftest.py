"""The installed command, run as a user runs it."""

from __future__ import annotations

import os
import subprocess
import sysconfig
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.functional.warm import Warm

COMMAND = Path(sysconfig.get_path("scripts")) / "peakguard"

Run = Callable[..., subprocess.CompletedProcess[str]]
Project = Callable[..., Path]


@pytest.fixture(scope="session")
def warm() -> Iterator[Warm | None]:
    """A process that has most of peakguard imported; none with PEAKGUARD_TESTS_COLD, as `make test-all` sets it."""
    if os.environ.get("PEAKGUARD_TESTS_COLD"):
        yield None
        return
    process = Warm(COMMAND)
    yield process
    process.close()


@pytest.fixture
def peakguard(warm: Warm | None) -> Run:
    """Run `peakguard ARGUMENTS…` in a folder; output is captured as text."""

    def run(*arguments: str, cwd: Path, **variables: str) -> subprocess.CompletedProcess[str]:
        # As in an environment that was activated: `python` is the one that peakguard is installed for.
        path = os.pathsep.join([str(COMMAND.parent), os.environ.get("PATH", "")])
        environment = {**os.environ, "NO_COLOR": "1", "PATH": path, **variables}
        if warm is not None and warm.may_run(arguments, variables):
            return warm.run(arguments, cwd, environment)
        return subprocess.run(
            [COMMAND, *arguments], cwd=cwd, env=environment, capture_output=True, text=True, check=False, timeout=60
        )

    return run


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """Make a project of files: path -> text or bytes."""

    def make(files: dict[str, str | bytes]) -> Path:
        for name, content in files.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content.encode() if isinstance(content, str) else content)
        return tmp_path

    return make
