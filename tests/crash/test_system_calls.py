"""A fault at every system call of a put: the old value stands or the new one, and the new one where it was said."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from peakguard.diagnostics import codes
from peakguard.runtime.errors import PeakguardError
from peakguard.runtime.store import Store
from tests.crash.tracing import Point, points, put_with

strace = pytest.mark.skipif(shutil.which("strace") is None, reason="strace is missing: `make strace` installs it")
OLD, NEW = b"old" * 100, b"new" * 100
CHANGING = {"write", "fsync", "rename"}
FAULTS = ["signal=KILL", "error=ENOSPC", "error=EIO", "error=EINTR"]


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """A store that holds the old value."""
    Store(tmp_path / "store").put("a", OLD)
    return tmp_path / "store"


VALUES: dict[str, tuple[set[bytes | None], set[bytes | None]]] = {
    "put": ({OLD, NEW}, {NEW}),
    "remove": ({OLD, None}, {None}),
    "describe": ({OLD}, {OLD}),
    "collect": ({OLD}, {OLD}),
    "pin": ({OLD}, {OLD}),
}
"""By operation, the values that may be there while it is under way, and when it was acknowledged."""


def stands_after(root: Path, point: Point, fault: str, does: str = "put") -> None:
    copy = root.with_name("copy")
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(root, copy)
    ended = put_with(copy, point, fault, does)
    assert ended.is_injected, (point, fault)
    assert "Traceback" not in ended.output, (point, fault, ended.output)
    reader = Store(copy)
    entry = reader.get("a")
    assert (entry.data if entry is not None else None) in VALUES[does][ended.is_acknowledged], (point, fault, does)
    reader.collect(grace=0)
    assert os.listdir(reader.layout.tmp) == [], (point, fault)
    reader.put("a", b"next")
    after = reader.get("a")
    assert after is not None
    assert after.data == b"next"


@strace
def test_kills_at_the_calls_that_change_the_disk(store: Path) -> None:
    chosen = [point for point in points(store) if point.call in CHANGING]
    assert {point.call for point in chosen} == CHANGING
    for point in chosen:
        stands_after(store, point, "signal=KILL")


@strace
@pytest.mark.slow
@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_at_every_call(store: Path, fault: str) -> None:
    every = points(store)
    print(fault, dict(Counter(point.call for point in every)))
    for point in every:
        stands_after(store, point, fault)


@strace
@pytest.mark.slow
@pytest.mark.parametrize("does", [does for does in VALUES if does != "put"])
def test_a_fault_at_every_call_of_another_operation(store: Path, does: str) -> None:
    Store(store).put("b", b"another")
    Store(store).remove("b")  # for a collector
    every = points(store, does)
    for fault in FAULTS:
        print(does, fault, len(every))
        for point in every:
            stands_after(store, point, fault, does)


@strace
def test_a_write_that_lies_is_damage_and_never_a_value(store: Path) -> None:
    """The system says that it wrote some bytes, and did not: no program can know, until it reads."""
    lies = [point for point in points(store) if point.call == "write"]
    seen = set()
    for point in lies:
        copy = store.with_name("copy")
        shutil.rmtree(copy, ignore_errors=True)
        shutil.copytree(store, copy)
        assert put_with(copy, point, "retval=3").is_injected
        try:
            entry = Store(copy).get("a")
            assert entry is not None
            assert entry.data in (OLD, NEW)
        except PeakguardError as error:
            seen.add(error.code)
    assert seen == {codes.STORE_DAMAGED}


@pytest.mark.skipif(shutil.which("gcc") is None, reason="gcc is missing: real short writes need a shim")
def test_short_writes_are_continued(store: Path) -> None:
    source, shim = store.with_name("shim.c"), store.with_name("shim.so")
    source.write_text(
        "#define _GNU_SOURCE\n#include <dlfcn.h>\n#include <unistd.h>\n"
        "ssize_t write(int file, const void *data, size_t size) {\n"
        '  ssize_t (*real)(int, const void *, size_t) = dlsym(RTLD_NEXT, "write");\n'
        "  return real(file, data, file > 2 && size > 1 ? size / 2 : size);\n}\n"
    )
    subprocess.run(["gcc", "-shared", "-fPIC", "-o", str(shim), str(source), "-ldl"], check=True)
    command = [sys.executable, "-m", "tests.crash.putting", str(store), "new" * 100]
    done = subprocess.run(command, env={**os.environ, "LD_PRELOAD": str(shim)}, capture_output=True, check=True)
    assert done.stdout == b"acknowledged\n"
    entry = Store(store).get("a")
    assert entry is not None
    assert entry.data == NEW
