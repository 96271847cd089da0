"""Every system call of a writer fails or is its last: what was acknowledged is read, and nothing else is in the way.

strace does it, by number of call; each run has to say that the fault really happened. Skipped where there is no strace.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from peakguard.runtime.store.store import Store
from peakguard.runtime.store.sweep import sweep

REPOSITORY = Path(__file__).resolve().parents[2]
CALLS = ("openat", "write", "fsync", "rename", "mkdir", "close")
pytestmark = pytest.mark.skipif(
    shutil.which("strace") is None, reason="no strace is installed; `make strace` installs it"
)


def calls(tmp_path: Path) -> dict[str, int]:
    """How often a writer makes each of the calls."""
    log = tmp_path / "count.log"
    words = ["strace", "-f", "-o", str(log), "-e", f"trace={','.join(CALLS)}"]
    program = [sys.executable, "-m", "tests.crash.writer", str(tmp_path / "count"), "3"]
    subprocess.run([*words, *program], cwd=REPOSITORY, capture_output=True, check=True)
    return {call: len(re.findall(rf"\b{call}\(", log.read_text())) for call in CALLS}


def faulty(tmp_path: Path, call: str, number: int, fault: str) -> bool:
    """Whether the fault happened; what is read afterwards is what was acknowledged, or what was being put."""
    root = tmp_path / f"{call}{number}"
    log = tmp_path / "fault.log"
    words = ["strace", "-f", "-o", str(log), "-e", f"trace={call}", "-e", f"inject={call}:{fault}:when={number}"]
    program = [sys.executable, "-m", "tests.crash.writer", str(root), "3"]
    done = subprocess.run([*words, *program], cwd=REPOSITORY, capture_output=True, text=True, check=False)
    acked = [int(line.split()[1]) for line in done.stdout.splitlines() if line.startswith("acked")]
    store = Store(str(root))
    found = store.read("k")
    allowed = {b"%d " % each * (1 + each * 997) for each in range(3) if not acked or each >= acked[-1]}
    assert (found is None and not acked) or (found is not None and found[1] in allowed), (
        call,
        number,
        fault,
        done.stdout,
    )
    sweep(store)
    left = list((root / "temporary").iterdir()) if (root / "temporary").exists() else []
    assert left == [], (call, number, fault)
    return "INJECTED" in log.read_text() or "killed by SIGKILL" in log.read_text()


def swept(tmp_path: Path, fault: str, step: int) -> None:
    """Every so many of the calls that a writer makes on its own account, not those of the interpreter's start."""
    counts = calls(tmp_path)
    happened = tried = 0
    for call in ("write", "fsync", "rename", "mkdir"):
        for number in range(1, counts[call] + 1, step):
            tried += 1
            happened += faulty(tmp_path, call, number, fault)
    assert tried >= 4
    assert happened == tried


def test_a_kill_at_some_calls_loses_nothing(tmp_path: Path) -> None:
    swept(tmp_path, "signal=KILL", 9)


@pytest.mark.slow
@pytest.mark.parametrize("fault", ["signal=KILL", "error=ENOSPC", "error=EIO", "error=EINTR", "retval=3"])
def test_a_fault_at_every_call_loses_nothing(fault: str, tmp_path: Path) -> None:
    swept(tmp_path, fault, 1)
