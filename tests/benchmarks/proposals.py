"""How many outcomes of this repository's rules `peakguard test --write-missing` shows where no test is there.

`python -m tests.benchmarks.proposals search`, `prover` (alone) or `both`. It takes two minutes.
"""

from __future__ import annotations

import shutil
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from peakguard.api.rule_testing.missing import prover, rows, settings, steps
from peakguard.api.rule_tests import run_rule_tests, write_missing

ROOT = Path(__file__).resolve().parents[2]


def measure(how: str) -> None:
    """Copy the policies without their tests, and count what is proposed for them."""
    modules: dict[str, Any] = {each.__name__: each for each in (prover, rows, settings, steps)}
    if how == "search":
        modules[prover.__name__].is_installed = lambda: False
    if how == "prover":
        modules[rows.__name__]._tables = lambda *_: iter(())
        modules[steps.__name__]._TRIES = modules[settings.__name__]._TRIES = 0
    with TemporaryDirectory(prefix="peakguard-") as folder:
        for name in ("policies", "contracts", "docs/example"):
            shutil.copytree(ROOT / name, Path(folder) / name, ignore=shutil.ignore_patterns("*.test.yaml"))
        shutil.copy(ROOT / "pyproject.toml", folder)
        tests = run_rule_tests(folder)
        began = time.process_time()
        written = write_missing(tests, folder)
        seconds = time.process_time() - began
    left = sum(len(item.missing) for item in written.left)
    ruled_out = sum(len(item.missing) for item in written.impossible)
    possible = tests.coverage.possible
    print(f"{how}: {possible - left - ruled_out} of {possible} shown, {ruled_out} impossible, {seconds:.0f} s of CPU")
    for item in written.left:
        print(f"  left: {item.policy} {item.rule} {', '.join(item.missing)}")


if __name__ == "__main__":
    measure(*sys.argv[1:2] or ["both"])
