"""The fixture `peakguard_seed`: another seed each time, and the command that repeats a failure."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

from tests.functional.conftest import Project
from tests.functional.policies import SHOP

TESTS = """\
import random

def test_drawn(peakguard_seed):
    print(peakguard_seed, random.random())

def test_fails(peakguard_seed):
    assert random.random() > 2, peakguard_seed
"""


def run(root: Path, *words: str) -> str:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    command = [sys.executable, "-m", "pytest", "-p", "peakguard", "-p", "no:cacheprovider", "-s", *words]
    done = subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True, check=False)
    return done.stdout


def test_a_failing_test_says_how_it_is_repeated(project: Project) -> None:
    root = project({"test_it.py": TESTS, "policies/errors.yaml": SHOP, "pytest.ini": "[pytest]\n"})
    first = run(root)
    found = re.search(r"repeat it with: pytest test_it.py::test_fails -p peakguard (--peakguard-seed=(\d+))", first)
    assert found is not None
    assert found[2] in first.split("repeat it with")[0]
    drawn = re.search(r"^test_it.py (\d+) ([\d.]+)", first, re.MULTILINE)
    values = [re.search(r"assert (0\.\d+) > 2", text) for text in (first, run(root, found[1], "-k", "fails"))]
    assert drawn is not None
    assert values[0] is not None
    assert values[1] is not None
    assert values[0][1] == values[1][1] != drawn[2]  # each test has a seed of its own
