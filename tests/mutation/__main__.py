"""Applies every mutant to a copy of the package and runs the tests that must notice; prints how many did.

`python -m tests.mutation [ID…]`; exits 1 unless every mutant is caught.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.mutation.mutant import Mutant
from tests.mutation.mutants import MUTANTS

REPOSITORY = Path(__file__).resolve().parents[2]
WORKERS = 2


def is_caught(mutant: Mutant) -> bool:
    """Whether the tests named for a mutant fail with it; they pass without."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        for name in ("peakguard", "tests"):
            shutil.copytree(REPOSITORY / name, root / name, ignore=shutil.ignore_patterns("__pycache__"))
        shutil.copy(REPOSITORY / "pyproject.toml", root)
        target = root / mutant.file
        target.write_text(mutant.applied(target.read_text()))
        command = [sys.executable, "-m", "pytest", "-q", "-x", "-n", "0", "-p", "no:cacheprovider", *mutant.tests]
        environment = {**os.environ, "PYTHONPATH": folder}
        done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    if done.returncode not in (0, 1):
        raise SystemExit(f"{mutant.id}: the tests did not run\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
    return done.returncode == 1


def main(wanted: list[str]) -> int:
    """Print a line a mutant, and the count."""
    chosen = [each for each in MUTANTS if not wanted or each.id in wanted]
    started = time.monotonic()
    with ThreadPoolExecutor(WORKERS) as pool:
        caught = list(pool.map(is_caught, chosen))
    for mutant, found in zip(chosen, caught, strict=True):
        print(f"{'caught ' if found else 'MISSED '} {mutant.id:40} {mutant.what}")
    print(f"{sum(caught)} of {len(chosen)} mutants caught in {time.monotonic() - started:.0f} s")
    return 0 if all(caught) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
