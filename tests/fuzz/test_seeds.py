"""The committed seeds in a child process, so that a crash of the interpreter is a failure and not the end."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from tests.fuzz.choose import KEPT, SEEDS

ROOT = Path(__file__).resolve().parents[2]
_PROGRAM = """
import json, sys
from tests.fuzz.trial import run
trials = [run(int(seed)) for seed in sys.stdin.read().split()]
print(json.dumps({"parsed": sum(t.parsed for t in trials), "codes": sorted(set().union(*(t.codes for t in trials)))}))
"""


def test_no_committed_seed_breaks_the_check() -> None:
    seeds = SEEDS.read_text()
    assert len(set(seeds.split())) == KEPT
    result = subprocess.run(
        [sys.executable, "-c", _PROGRAM], input=seeds, capture_output=True, text=True, cwd=ROOT, timeout=60, check=False
    )
    assert result.returncode == 0, result.stderr[-3000:]
    found = json.loads(result.stdout)
    assert found["parsed"] >= KEPT * 0.3
    assert len(found["codes"]) >= 75
