"""What recording a run costs: `python -m tests.benchmarks.runs [--long]`.

The fixed part is the time of a program that does next to nothing, run by `peakguard run --seed 1` and by
`peakguard run`; times are of the processor, rounds are interleaved, and the difference is the median of paired rounds.
With `--long` also a program of 30 seconds that reads a file, computes and passes checkpoints all the time.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

ROUNDS = 15
LONG_ROUNDS = 3
POLICY = "peakguard: 1\nkind: reproducibility\nname: runs\nversion: 1.0.0\n"
SHORT = "import helper\nopen('data.txt').read()\n"
LONG = """\
import time, peakguard, helper
import polars as pl
end, frames = int({steps}), 0
frame = pl.DataFrame({{"x": [float(n) for n in range(10_000)]}})
for step in range(end):
    with open("data.txt") as file:
        text = file.read()
    total = sum(hash((step, n)) % 7 for n in range(300_000))
    if step % 10 == 0:
        peakguard.checkpoint("frame", frame)
"""
AUTHOR = ("-c", "user.name=bench", "-c", "user.email=bench@example.com")
FOLDER = Path(sys.executable).parent


def timed(folder: str, *options: str) -> float:
    """Seconds of processor time of one run, which other work on the machine does not change."""
    words = [str(FOLDER / "peakguard"), "run", *options, "--", "main.py"]
    environment = {**os.environ, "PATH": f"{FOLDER}:{os.environ['PATH']}"}
    process = subprocess.Popen(words, cwd=folder, env=environment)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0
    return usage.ru_utime + usage.ru_stime


def pairs(folder: str, rounds: int) -> tuple[float, float]:
    """The time without a record, and what the record adds, both as medians."""
    found = []
    for number in range(rounds + 1):
        ways: list[tuple[str, ...]] = [(), ("--seed", "1")]
        order = ways if number % 2 else ways[::-1]
        took = {way: timed(folder, *way) for way in order}
        found.append((took[()], took["--seed", "1"] - took[()]))
    plain, more = zip(*found[1:], strict=True)  # the first round fills caches
    return statistics.median(plain), statistics.median(more)


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        (root / "policies").mkdir()
        (root / "policies" / "runs.yaml").write_text(POLICY)
        (root / "data.txt").write_text("1.5\n" * 100_000)
        (root / "helper.py").write_text("RATE = 1.0\n")
        (root / "main.py").write_text(SHORT)
        for words in (["init", "-q"], ["add", "."], [*AUTHOR, "commit", "-qm", "all"]):
            subprocess.run(["git", *words], cwd=folder, check=True)
        plain, more = pairs(folder, ROUNDS)
        print(f"fixed: {1000 * more:.0f} ms on top of {1000 * plain:.0f} ms (bound: 400 ms)")
        if "--long" in sys.argv:
            (root / "main.py").write_text(LONG.format(steps=450))
            long_plain, long_more = pairs(folder, LONG_ROUNDS)
            share = (long_more - more) / long_plain
            print(f"a program of {long_plain:.1f} s: {100 * share:.2f} % beside the fixed part (bound: 1 %)")


if __name__ == "__main__":
    main()
