"""`peakguard determinism`: planted sources of nondeterminism are found, and put down to the change that shows them."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.functional.conftest import COMMAND, Project, Run

CASES = sorted((Path(__file__).parent / "nondeterminism" / "cases").iterdir())
POLICY = "peakguard: 1\nkind: reproducibility\nname: runs\nversion: 1.0.0\n"


def wanted(case: Path) -> str:
    return (case / "minds.txt").read_text().strip()


def examined(case: Path, tmp_path: Path, *options: str) -> tuple[int, list[dict[str, Any]]]:
    root = tmp_path / "program"
    shutil.copytree(case, root)
    (root / "policies").mkdir()
    (root / "policies" / "runs.yaml").write_text(POLICY)
    words = ["determinism", "--format", "json", *options, "--", "main.py"]
    environment = {**os.environ, "TRADING_DESK": "fx", "PATH": f"{COMMAND.parent}{os.pathsep}{os.environ['PATH']}"}
    done = subprocess.run(
        [COMMAND, *words], cwd=root, env=environment, capture_output=True, text=True, check=False, timeout=300
    )
    assert "Traceback" not in done.stderr
    return done.returncode, json.loads(done.stdout)["findings"]


def minded(findings: list[dict[str, Any]]) -> list[str]:
    return [
        finding["perturbation"] for finding in findings if finding["first"] is not None and finding["through"] is None
    ]


def test_there_are_at_least_14_planted_sources() -> None:
    planted = [wanted(case) for case in CASES if wanted(case) != "nothing"]
    assert len(planted) >= 14
    assert len(set(planted)) == 12  # every change has a source that it alone shows


@pytest.mark.slow
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_planted_source_is_caught_and_attributed(case: Path, tmp_path: Path) -> None:
    code, findings = examined(case, tmp_path)
    assert len(findings) == 13
    assert minded(findings) == ([] if wanted(case) == "nothing" else [wanted(case)])
    assert code == (0 if wanted(case) == "nothing" else 1)
    assert all(
        finding["first"]["artifact"].startswith("checkpoint ") for finding in findings if finding["first"] is not None
    )


QUICK = ("race-of-threads", "sorted-by-address")


@pytest.mark.parametrize("case", [case for case in CASES if case.name in QUICK], ids=lambda case: case.name)
def test_a_planted_source_is_caught(case: Path, tmp_path: Path) -> None:
    code, findings = examined(case, tmp_path, "--only", wanted(case))
    assert (code, minded(findings)) == (1, [wanted(case)])


def test_the_first_checkpoint_that_differs_is_named_and_what_a_program_prints_counts(
    peakguard: Run, project: Project
) -> None:
    program = "import peakguard\npeakguard.checkpoint('a', 1)\nprint('begun')\nprint(hash('x'))\n"
    root = project({"main.py": program, "policies/runs.yaml": POLICY})
    done = peakguard("determinism", "--only", "hash seed", "--", "main.py", cwd=root)
    assert done.returncode == 1
    assert "first difference: stdout, line 2" in done.stdout
    assert done.stdout.endswith("the result depends on: hash seed\n")


def test_a_program_that_never_gives_the_same_is_told_so_and_no_more(peakguard: Run, project: Project) -> None:
    program = "import time\nimport peakguard\npeakguard.checkpoint('ticks', time.perf_counter_ns())\n"
    root = project({"main.py": program, "policies/runs.yaml": POLICY})
    done = peakguard("determinism", "--format", "json", "--", "main.py", cwd=root)
    assert (done.returncode, minded(json.loads(done.stdout)["findings"])) == (1, ["repeat"])


@pytest.mark.parametrize("words", [[], ["gone.py"], ["make"]])
def test_a_program_that_cannot_be_run_is_one_clear_error(words: list[str], peakguard: Run, project: Project) -> None:
    done = peakguard("determinism", "--", *words, cwd=project({"policies/runs.yaml": POLICY}))
    assert (done.returncode, "PG2088" in done.stderr, "Traceback" in done.stderr) == (2, True, False)
