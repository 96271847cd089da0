"""`python -m tests.fuzz --inputs 1000000`: seeds in child processes; names every seed that breaks one."""

from __future__ import annotations

import argparse
import json
import os
import resource
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

from tests.fuzz.trial import run

BATCH = 5000
MEMORY = 400 * 1024 * 1024
LIMIT_SECONDS = 1.0


def main() -> int:
    """Fuzz, and exit 1 when an input broke something."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz")
    parser.add_argument("--inputs", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=0, help="the first seed")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--child", type=int, metavar="END", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child is not None:
        return child(options.seed, options.child)
    return parent(options.seed, options.seed + options.inputs, options.jobs)


def child(start: int, end: int) -> int:
    """Run some seeds; each is announced before it runs, so that a crash names it."""
    signal.signal(signal.SIGALRM, _too_slow)
    codes: Counter[str] = Counter()
    parsed = 0
    for seed in range(start, end):
        sys.stderr.write(f"{seed}\n")
        signal.setitimer(signal.ITIMER_REAL, LIMIT_SECONDS)
        trial = run(seed)
        signal.setitimer(signal.ITIMER_REAL, 0)
        parsed += trial.parsed
        codes.update(trial.codes)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    print(json.dumps({"parsed": parsed, "codes": codes, "memory": memory}))
    return 0


def _too_slow(*_: Any) -> None:
    raise TimeoutError(f"more than {LIMIT_SECONDS} s")


def parent(start: int, end: int, jobs: int) -> int:
    """Keep `jobs` children busy; a batch that dies is resumed behind the seed that killed it."""
    batches = [(first, min(first + BATCH, end)) for first in range(start, end, BATCH)]
    running: list[tuple[subprocess.Popen[str], int, int, Path]] = []
    total: dict[str, Any] = {"inputs": 0, "parsed": 0, "memory": 0, "codes": Counter(), "faults": []}
    began = time.monotonic()
    while batches or running:
        while batches and len(running) < jobs:
            running.append(_start(*batches.pop(0)))
        for job in [job for job in running if job[0].poll() is not None]:
            running.remove(job)
            batches += _finish(job, total)
        time.sleep(0.05)
    seconds = time.monotonic() - began
    print(f"{total['inputs']} inputs in {seconds:.0f} s ({total['inputs'] / max(seconds, 1):.0f} a second)")
    print(f"parsed: {100 * total['parsed'] / max(total['inputs'], 1):.1f} %")
    print(f"most memory of a child: {total['memory'] / 1024 / 1024:.0f} MB (limit {MEMORY // 1024 // 1024})")
    print(f"{len(total['codes'])} codes:", ", ".join(f"{code} {count}" for code, count in total["codes"].most_common()))
    for seed, text in total["faults"]:
        print(f"\nseed {seed}:\n{text}")
    return 1 if total["faults"] or total["memory"] > MEMORY else 0


def _start(first: int, end: int) -> tuple[subprocess.Popen[str], int, int, Path]:
    log = Path(tempfile.gettempdir(), f"peakguard-fuzz-{os.getpid()}-{first}.log")
    command = [sys.executable, "-m", "tests.fuzz", "--seed", str(first), "--child", str(end)]
    with log.open("w") as errors:
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors, text=True)
    return process, first, end, log


def _finish(job: tuple[subprocess.Popen[str], int, int, Path], total: dict[str, Any]) -> list[tuple[int, int]]:
    process, first, end, log = job
    output = process.stdout.read() if process.stdout else ""
    text = log.read_text()
    log.unlink()
    if process.returncode == 0:
        found = json.loads(output)
        total["inputs"] += end - first
        total["parsed"] += found["parsed"]
        total["memory"] = max(total["memory"], found["memory"])
        total["codes"].update(found["codes"])
        return []
    seeds = [int(line) for line in text.splitlines() if line.isdigit()]
    broken = seeds[-1] if seeds else first
    reason = "\n".join(line for line in text.splitlines() if not line.isdigit()) or f"exit {process.returncode}"
    total["faults"].append((broken, reason[-3000:]))
    total["inputs"] += broken - first + 1
    return [(broken + 1, end)] if broken + 1 < end else []


if __name__ == "__main__":
    sys.exit(main())
