"""How long commands take, over bare Python, interleaved in one run: `python -m tests.benchmarks.startup`.

Measures an ordinary installation in a virtual environment of its own: an editable one costs every
start of Python another 14 ms, which no user pays.
"""

from __future__ import annotations

import shutil
import statistics
import subprocess
import tempfile
import time
import venv
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]
ROUNDS = 15


class Measure(NamedTuple):
    """A command, what is done before each run, and the budget over bare Python in milliseconds."""

    name: str
    command: list[str]
    folder: Path
    prepare: Callable[[], None]
    budget: float


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        base = Path(folder)
        python = install(base / "venv")
        measures = plan(base, python)
        for measure in measures:
            subprocess.run(measure.command, cwd=measure.folder, check=True, capture_output=True)
        times = interleaved([Measure("bare", [python, "-c", "pass"], base, nothing, 0), *measures])
    bare = statistics.median(times["bare"])
    print(f"bare Python: {bare:.1f} ms (median of {ROUNDS})\n")
    print("| what | over bare Python, ms | budget, ms |\n|---|---|---|")
    for measure in measures:
        print(f"| {measure.name} | {statistics.median(times[measure.name]) - bare:.0f} | {measure.budget:.0f} |")


def install(folder: Path) -> str:
    """A virtual environment with peakguard as a user has it."""
    venv.create(folder, with_pip=True)
    python = folder / "bin" / "python"
    source = folder.parent / "source"  # a copy: building leaves a folder behind
    shutil.copytree(ROOT / "peakguard", source / "peakguard")
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source)
    subprocess.run([python, "-m", "pip", "install", "--quiet", source], check=True)
    subprocess.run([python, "-m", "compileall", "-q", folder], check=False, capture_output=True)
    return str(python)


def plan(base: Path, python: str) -> list[Measure]:
    """The budgets of the design that concern starting and checking."""
    small, large = tree(base / "small", 20), tree(base / "large", 1000)
    check = [python, "-m", "peakguard", "check"]
    load = [python, "-c", "import peakguard; peakguard.load()"]
    edited = large / "contracts" / "bars7.yaml"

    def edit() -> None:
        edited.write_text(edited.read_text() + f"# {time.time_ns()}\n")

    def forget() -> None:
        for path in (small / ".peakguard" / "compiled").iterdir():
            path.unlink()

    return [
        Measure("import peakguard", [python, "-c", "import peakguard"], base, nothing, 30),
        Measure("check, 20 files unchanged", check, small, nothing, 35),
        Measure("check, 1,000 files unchanged", check, large, nothing, 60),
        Measure("check, 20 files cold", [*check, "--no-cache"], small, nothing, 250),
        Measure("check, 1,000 files cold", [*check, "--no-cache"], large, nothing, 2000),
        Measure("check, 1 of 1,000 files edited", check, large, edit, 400),
        Measure("load, 20 files from the artefact", load, small, nothing, 30),
        Measure("load, 20 files cold", load, small, forget, 250),
    ]


def tree(root: Path, files: int) -> Path:
    """A project of many contracts of about 1.2 KB and 4 rules, and one catalog."""
    contract = (ROOT / "contracts" / "ohlcv.yaml").read_text()
    contract = contract.replace("rules:\n", "rules:\n  few: {expr: volume < 1e12, on_null: pass}\n")
    (root / "contracts").mkdir(parents=True)
    (root / "policies").mkdir()
    (root / "policies" / "errors.yaml").write_text((ROOT / "policies" / "errors.yaml").read_text())
    for number in range(files - 1):
        text = contract.replace("name: ohlcv", f"name: bars{number}")
        (root / "contracts" / f"bars{number}.yaml").write_text(text)
    return root


def interleaved(measures: list[Measure]) -> dict[str, list[float]]:
    """Milliseconds of each command, one round after the other, so that a noisy minute hits all alike."""
    times: dict[str, list[float]] = {measure.name: [] for measure in measures}
    for _ in range(ROUNDS):
        for measure in measures:
            measure.prepare()
            start = time.perf_counter()
            subprocess.run(measure.command, cwd=measure.folder, check=True, stdout=subprocess.DEVNULL)
            times[measure.name].append((time.perf_counter() - start) * 1000)
    return times


def nothing() -> None:
    """Some commands need no preparation."""


if __name__ == "__main__":
    main()
