"""What it costs to read a configuration and to judge one: `python -m tests.benchmarks.configs`.

Reads are nanoseconds of processor time, interleaved with those of a plain attribute and of a dictionary under a lock.
The large configuration has 1,500 lines and 300 rules; warm is one judgement in a running process, the command is
`peakguard validate` from start to end, beside a Python that starts and does nothing.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import sysconfig
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import peakguard
from tests.benchmarks.timing import per_call

SECTIONS, KEYS = 150, 9
POLICY = "peakguard: 1\nkind: config\nname: app\nversion: 1.0.0\nfiles: [config.toml]\nsections:\n"


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        build(root)
        config = peakguard.load(root).config("app")
        reads(config.registry())
        warm = [timed(lambda: config.examine(environ={})) for _ in range(21)]
        assert config.examine(environ={}).findings == ()
        lines = (root / "config.toml").read_text().count("\n")
        rules = len(config.table["rules"])
        print(f"| judge {lines} lines, {rules} rules, warm | {statistics.median(warm):.0f} ms | budget 150 ms |")
        command = [str(Path(sysconfig.get_path("scripts")) / "peakguard"), "validate", "app"]
        pairs = [(run(command, root), run([sys.executable, "-c", "pass"], root)) for _ in range(11)]
        median, bare = (statistics.median(each) for each in zip(*pairs, strict=True))
        print(f"| the same as a command | {median:.0f} ms | budget 400 ms; a bare Python {bare:.0f} ms |")


def reads(registry: object) -> None:
    holder, lock = SimpleNamespace(current={"limit": 1}), threading.Lock()

    def empty() -> None:
        pass

    def current() -> None:
        registry.current  # type: ignore[attr-defined]  # noqa: B018 # reading it is what is timed

    def value() -> None:
        registry.current.config.s0.k0  # type: ignore[attr-defined]  # noqa: B018 # likewise

    def locked() -> None:
        with lock:
            holder.current["limit"]

    subjects: dict[str, Callable[[], None]] = {"empty": empty, "current": current, "a value": value, "locked": locked}
    rounds = [{name: per_call(subject, 5000) for name, subject in subjects.items()} for _ in range(81)]
    for name in ("current", "a value", "locked"):
        found = statistics.median(each[name] - each["empty"] for each in rounds)
        print(f"| registry: {name} | {found:.0f} ns |" + (" budget 60 ns |" if name == "current" else ""))


def build(root: Path) -> None:
    """A policy of 150 sections and 300 rules, and a configuration of 1,500 lines that keeps it."""
    fields = ", ".join(f"k{key}: {{type: float64, ge: 0, le: 100}}" for key in range(KEYS))
    policy = POLICY + "".join(f"  s{section}: {{{fields}}}\n" for section in range(SECTIONS)) + "rules:\n"
    for section in range(SECTIONS):
        policy += f"  order{section}: {{expr: s{section}.k0 < s{section}.k1 <= s{section}.k2}}\n"
        policy += f"  sum{section}: {{expr: s{section}.k3 + s{section}.k4 <= 2 * s{section}.k5}}\n"
    (root / "policies").mkdir()
    (root / "policies" / "app.yaml").write_text(policy)
    text = ""
    for section in range(SECTIONS):
        text += f"[s{section}]\n" + "".join(f"k{key} = {key + 1}.5\n" for key in range(KEYS))
    (root / "config.toml").write_text(text)


def timed(work: Callable[[], object]) -> float:
    """Milliseconds."""
    start = time.perf_counter()
    work()
    return (time.perf_counter() - start) * 1000


def run(command: list[str], root: Path) -> float:
    """Milliseconds of a process."""
    return timed(lambda: subprocess.run(command, cwd=root, check=True, capture_output=True))


if __name__ == "__main__":
    main()
