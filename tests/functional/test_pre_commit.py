"""The hooks, run by the real pre-commit on a scratch repository."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.functional.conftest import Project
from tests.functional.policies import ERRORS, PROJECT

REPOSITORY = Path(__file__).resolve().parents[2]
CONFIG = """\
repos:
  - repo: {hooks}
    rev: {revision}
    hooks: [{{id: peakguard-check}}, {{id: peakguard-docs}}]
"""


def git(*arguments: str, cwd: Path) -> str:
    identity = ["-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "init.defaultBranch=main"]
    return subprocess.run(["git", *identity, *arguments], cwd=cwd, check=True, capture_output=True, text=True).stdout


@pytest.fixture(scope="module")
def hooks(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository that holds what users would point pre-commit to."""
    folder = tmp_path_factory.mktemp("hooks")
    for name in ("pyproject.toml", "README.md", "LICENSE", ".pre-commit-hooks.yaml"):
        shutil.copy(REPOSITORY / name, folder)
    shutil.copytree(
        REPOSITORY / "peakguard", folder / "peakguard", ignore=shutil.ignore_patterns("__pycache__", "cases")
    )
    git("init", "-q", cwd=folder)
    git("add", "-A", cwd=folder)
    git("commit", "-qm", "hooks", cwd=folder)
    return folder


def run(root: Path, home: Path) -> subprocess.CompletedProcess[str]:
    git("add", "-A", cwd=root)
    environment = {**os.environ, "PRE_COMMIT_HOME": str(home), "NO_COLOR": "1"}
    command = [sys.executable, "-m", "pre_commit", "run", "--all-files"]
    return subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True, check=False)


@pytest.mark.slow
def test_the_hooks_pass_and_fail_as_they_should(
    hooks: Path, project: Project, tmp_path_factory: pytest.TempPathFactory
) -> None:
    home = tmp_path_factory.mktemp("pre-commit")
    revision = git("rev-parse", "HEAD", cwd=hooks).strip()
    root = project({**PROJECT, ".pre-commit-config.yaml": CONFIG.format(hooks=hooks, revision=revision)})
    git("init", "-q", cwd=root)

    stale = run(root, home)
    assert stale.returncode == 1, stale.stdout + stale.stderr
    assert "PG610" in stale.stdout

    scripts = next(home.glob("repo*/py_env*/bin"))
    subprocess.run([scripts / "peakguard", "docs"], cwd=root, check=True, capture_output=True)
    fresh = run(root, home)
    assert fresh.returncode == 0, fresh.stdout + fresh.stderr
    assert fresh.stdout.count("Passed") == 2

    project({"policies/errors.yaml": ERRORS.replace("slug:", "slgu:")})
    broken = run(root, home)
    assert broken.returncode == 1
    assert "PG204" in broken.stdout
