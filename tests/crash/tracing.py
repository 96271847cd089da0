"""Faults at one system call of an operation, by strace, which proves that each was injected."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import NamedTuple

from tests.crash.putting import MARKER

CALLS = "openat,write,fsync,rename,renameat,close,mkdir,link,linkat,unlink,flock,getdents64,newfstatat,ftruncate,fchmod"
_CALL = re.compile(r"(\w+)\(")


class Point(NamedTuple):
    """The `at`th call of a name since the process began."""

    call: str
    at: int


class Ended(NamedTuple):
    """How a process ended: whether it said that its value stands, its output, and whether the fault was injected."""

    is_acknowledged: bool
    output: str
    is_injected: bool


def points(root: Path, does: str = "put") -> list[Point]:
    """The calls of one operation after its marker, at a copy of a store."""
    copy = root.with_name("counted")
    shutil.copytree(root, copy)
    log = _trace(copy, None, does)
    shutil.rmtree(copy)
    counts: Counter[str] = Counter()
    found: list[Point] | None = None
    for line in log[1].splitlines():
        match = _CALL.match(line)
        if match is None:
            continue
        if "acknowledged" in line:
            break
        counts[match[1]] += 1
        if MARKER in line:
            found = []
        elif found is not None:
            found.append(Point(match[1], counts[match[1]]))
    assert found, "the marker was not seen"
    return found


def put_with(root: Path, point: Point, fault: str, does: str = "put") -> Ended:
    """Put `new` at a store, or something else, with a fault in the words of strace: `error=EIO`, `retval=3`."""
    output, log = _trace(root, f"inject={point.call}:{fault}:when={point.at}", does)
    is_injected = "(INJECTED)" in log or "killed by SIGKILL" in log
    return Ended("acknowledged" in output, output, is_injected)


def _trace(root: Path, injection: str | None, does: str) -> tuple[str, str]:
    log = root.with_name("strace.log")
    faults = ["-e", injection] if injection else []
    command = ["strace", "-o", str(log), "-s", "4096", "-e", f"trace={CALLS}", *faults, sys.executable]
    arguments = ["-m", "tests.crash.putting", str(root), "new" * 100, "", does]
    done = subprocess.run([*command, *arguments], capture_output=True, text=True, check=False)
    return done.stdout + done.stderr, log.read_text()
