"""Contracts on a large file against the time to read it: `python -m tests.benchmarks.contracts [--rows N] [--peers]`.

With `--peers` other tools ask the same (`make bench-contracts` installs them). Every run is a process of its own,
which judges a smaller file before the clock starts and then the large one twice: the second time is what counts, and
the first, which also pays for the first touch of all memory, is told beside it. The runners take turns. Files are made
in a temporary folder and deleted.
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.benchmarks.contracts import data
from tests.benchmarks.contracts.peers import PEERS, runner
from tests.benchmarks.contracts.runners import RUNNERS

WARM_UP = "warm_up.parquet"
"""The file that every runner is run on before the clock starts: large enough to be read as the one that is measured."""
WARM_UP_BARS = 100_000
"""Bars of each of its two symbols, 10 MB; up to 4 MB peakguard judges a file as a whole."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=10_000_000, help="rows of the file (100 symbols)")
    parser.add_argument("--rounds", type=int, default=5, help="interleaved runs of each runner")
    parser.add_argument("--layout", choices=("contiguous", "interleaved"), default="contiguous")
    parser.add_argument("--peers", action="store_true", help="the same rules in other tools, too")
    parser.add_argument("--one", nargs=2, metavar=("RUNNER", "FILE"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        print(json.dumps(_one(*options.one)))
        return
    with tempfile.TemporaryDirectory(prefix="peakguard-bench-") as folder:
        data.write(Path(folder) / WARM_UP, symbols=2, bars=WARM_UP_BARS, dirty=False)
        for kind in ("clean", "dirty"):
            path = Path(folder) / f"{kind}.parquet"
            data.write(path, symbols=100, bars=options.rows // 100, dirty=kind == "dirty", layout=options.layout)
            names = [*RUNNERS, *(PEERS if options.peers else ())]
            runs: dict[str, list[dict[str, Any]]] = {name: [] for name in names}
            for _ in range(options.rounds):
                for name, found in runs.items():
                    found.append(_run(name, path))
            _print(f"{kind}, {options.rows:,} rows, {options.layout}, {path.stat().st_size // 2**20} MiB", runs)
            path.unlink()


def _run(name: str, path: Path) -> dict[str, Any]:
    command = [sys.executable, "-m", "tests.benchmarks.contracts", "--one", name, str(path)]
    result: dict[str, Any] = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
    return result


def _one(name: str, path: str) -> dict[str, Any]:
    run = RUNNERS[name] if name in RUNNERS else runner(name)
    # What is imported and made ready once is no part of what is compared.
    run(str(Path(path).with_name(WARM_UP)))
    times = []
    for _ in range(2):
        start, start_cpu = time.perf_counter(), time.process_time()
        found = run(path)
        times.append((time.perf_counter() - start, time.process_time() - start_cpu))
    (first, _), (again, cpu) = times
    return {"first": first, "again": again, "cpu": cpu, "peak": _peak(), "agrees": _agreement(found, path)}


def _peak() -> int:
    """MiB. Linux counts from `exec`; `ru_maxrss` would begin with what the process that started us held."""
    status = Path("/proc/self/status")
    if status.exists():
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) // 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def _agreement(found: Mapping[str, Any] | None, path: str) -> str:
    truth: dict[str, list[int]] = json.loads(Path(path).with_suffix(".json").read_text())
    if found is None:
        return "-"
    if not any(truth.values()) and not found:
        return "clean"
    for rule, rows in found.items():
        expected = truth.get(rule, [])
        if (rows if isinstance(rows, int) else len(rows)) != len(expected):
            return f"NO: {rule} {rows} instead of {len(expected)}"
        if not isinstance(rows, int) and list(rows) != expected:
            return f"NO: {rule} has other rows"
    if any(expected and rule not in found for rule, expected in truth.items()):
        return "counts, not all rules"
    return "counts" if all(isinstance(rows, int) for rows in found.values()) else "exact rows"


def _print(title: str, runs: dict[str, list[dict[str, Any]]]) -> None:
    """A table in Markdown; ratios are medians of those within a round, for rounds differ more than runners do."""
    print(
        f"\n{title}\n\n| | s, median | best | × floor | first time × floor | processor time × floor | peak MB | found |"
    )
    print("|---|---:|---:|---:|---:|---:|---:|---|")
    floor = runs["scan floor"]
    for name, found in runs.items():
        walls = [run["again"] for run in found]
        ratio, first, cpu = (
            statistics.median(run[key] / base[key] for run, base in zip(found, floor, strict=True))
            for key in ("again", "first", "cpu")
        )
        agrees = ", ".join(sorted({run["agrees"] for run in found}))
        peak = max(run["peak"] for run in found)
        times = f"{statistics.median(walls):.2f} | {min(walls):.2f} | {ratio:.2f} | {first:.2f} | {cpu:.2f}"
        print(f"| {name} | {times} | {peak} | {agrees} |")


if __name__ == "__main__":
    main()
