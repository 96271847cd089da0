"""What becomes of calls in 200 outages, bare and under policies: `python -m tests.benchmarks.outages`.

Each outage is drawn by its number: minutes that are well, flicker, fail or hang, and recover. The guarded calls are
under the policy of the worked example, `exchange.page`; `naive` is what is written by hand most often: three attempts
at a fixed distance, and no breaker. Load is attempts at the dependency in the minutes in which it fails, of the calls
that are made in them.
"""

from __future__ import annotations

import statistics
import tempfile
from pathlib import Path
from random import Random
from typing import Any

import peakguard
from peakguard.kinds.resilience.simulation.outage import Outage
from peakguard.kinds.resilience.simulation.run import Setting, simulate

ROOT = Path(__file__).resolve().parents[2]
SCHEDULES = 200
RPS = 5.0
OTHERS = """\
peakguard: 1
kind: resilience
name: others
version: 1.0.0
policies:
  bare: {mode: off, timeout: {total: 30s}}
  naive:
    idempotent: true
    timeout: {total: 30s}
    retry: {max_attempts: 3, on: [Exception], backoff: {type: fixed, initial: 500ms, jitter: none}}
"""


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "policies").mkdir()
        (Path(folder) / "policies" / "others.yaml").write_text(OTHERS)
        others, example = peakguard.load(folder), peakguard.load(ROOT)
        subjects = {"bare": (others, "bare"), "naive": (others, "naive"), "guarded": (example, "exchange.page")}
        found: dict[str, list[dict[str, Any]]] = {name: [] for name in subjects}
        for number in range(SCHEDULES):
            outage, bad = schedule(number)
            for name, (policies, policy) in subjects.items():
                run = simulate(Setting(policies, policy, outage, RPS, number))
                found[name].append({**run, "load": load(run, bad)})
    print("| calls | end well | hang | in the worst outage | load while it fails | at a time |")
    print("|---|---|---|---|---|---|")
    for name, runs in found.items():
        calls = sum(run["calls"] for run in runs)
        well = sum(run["ok"] for run in runs) / calls
        worst = min(run["ok"] / run["calls"] for run in runs)
        hanging = sum(run["hanging"] for run in runs)
        attempts, made = (sum(column) for column in zip(*(run["load"] for run in runs), strict=True))
        busiest = statistics.median(run["busiest"] for run in runs)
        print(f"| {name} | {well:.1%} | {hanging:,} | {worst:.1%} | {attempts / made:.2f} × | {busiest:g} |")


def schedule(number: int) -> tuple[Outage, list[tuple[float, float]]]:
    """An outage, and the spans of seconds in which most calls fail."""
    random = Random(number)
    phases, bad, now = [], [], 0.0
    for _ in range(random.randint(4, 8)):
        seconds = random.choice([20, 40, 60, 120])
        kind = random.choice(["well", "well", "flickers", "fails", "hangs", "slow"])
        phase: dict[str, Any] = {"for": f"{seconds}s", "error": "PT-3001", "latency": {"median": "80ms", "p99": "1s"}}
        if kind == "flickers":
            phase["fails"] = random.choice([0.05, 0.1, 0.3])
        elif kind == "fails":
            phase |= {"fails": random.choice([0.9, 1.0]), "fast": random.random() < 0.5}
            bad.append((now, now + seconds))
        elif kind == "hangs":
            phase["hangs"] = random.choice([0.05, 0.5, 1.0])
        elif kind == "slow":
            phase["latency"] = {"median": "1s", "p99": "10s"}
        phases.append(phase)
        now += seconds
    phases.append({"for": "60s", "latency": "80ms"})
    return Outage.model_validate({"phases": phases}), bad


def load(run: dict[str, Any], bad: list[tuple[float, float]]) -> tuple[int, int]:
    """Attempts and calls in the parts of the timeline that lie in the bad minutes."""
    width = run["bucket_seconds"]
    inside = [
        bucket
        for place, bucket in enumerate(run["buckets"])
        if any(start <= (place + 0.5) * width < end for start, end in bad)
    ]
    return sum(bucket["attempts"] for bucket in inside), sum(bucket["calls"] for bucket in inside)


if __name__ == "__main__":
    main()
