"""The worked example, recorded and repeated: no false alarm, and a changed bar is found."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.functional.conftest import Run

REPOSITORY = Path(__file__).resolve().parents[2]
EXAMPLE = REPOSITORY / "docs" / "example"
sys.path.insert(0, str(EXAMPLE))
try:
    from app.exchange import Exchange
finally:
    sys.path.remove(str(EXAMPLE))


@pytest.fixture
def exchange() -> Iterator[Exchange]:
    made = Exchange()
    made.start()
    yield made
    made.shutdown()
    made.server_close()


@pytest.fixture
def recorded(tmp_path: Path, exchange: Exchange, peakguard: Run) -> Path:
    """A project of its own with the example and all policies of this repository."""
    root = tmp_path / "project"
    shutil.copytree(EXAMPLE, root, ignore=shutil.ignore_patterns("__pycache__"))
    for folder in ("policies", "contracts"):
        shutil.copytree(REPOSITORY / folder, root / folder)
    words = ["--", "python", "-m", "app", "config.toml", exchange.url, "report.json"]
    done = peakguard("run", "--seed", "42", *words, cwd=root)
    assert (done.returncode, done.stderr) == (0, "")
    return root


def replayed(peakguard: Run, root: Path) -> dict[str, Any]:
    made: dict[str, Any] = json.loads(peakguard("replay", "last", "--format", "json", cwd=root).stdout)
    return made


def test_the_example_is_repeated_to_the_bit(recorded: Path, peakguard: Run) -> None:
    manifest = json.loads(peakguard("runs", "show", "last", "--format", "json", cwd=recorded).stdout)["manifest"]
    assert manifest["level"] == "strict"
    assert [each["path"] for each in manifest["inputs"]] == ["config.toml"]
    assert [each["path"] for each in manifest["outputs"]] == ["report.json"]
    assert replayed(peakguard, recorded)["verdict"] == "identical"


@pytest.mark.slow
def test_another_answer_of_the_exchange_is_told(recorded: Path, exchange: Exchange, peakguard: Run) -> None:
    exchange.break_by("in_cents")
    found = replayed(peakguard, recorded)
    assert found["verdict"] == "diverged"
    assert found["first"]["artifact"] in ("output report.json", "exit code")


@pytest.mark.slow
def test_fifty_repetitions_raise_no_false_alarm(recorded: Path, peakguard: Run) -> None:
    assert [replayed(peakguard, recorded)["verdict"] for _ in range(50)] == ["identical"] * 50
