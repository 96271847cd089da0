"""A power cut of a real file system: ext4 in a file, of which the state at one moment is copied and mounted.

What was not synced is in the memory of the kernel, not in the file: the copy is what a machine finds when it starts.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from peakguard.runtime.errors import PeakguardError
from peakguard.runtime.store import Store

CUTS = 10


def _reason() -> str | None:
    """Why it cannot be shown here."""
    if os.geteuid() != 0:
        return "a power cut needs root, to mount a loop device"
    if shutil.which("mkfs.ext4") is None:
        return "mkfs.ext4 is missing"
    return None


@contextmanager
def mounted(image: Path, at: Path) -> Iterator[None]:
    at.mkdir(exist_ok=True)
    done = subprocess.run(["mount", "-o", "loop", str(image), str(at)], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        pytest.skip(f"a loop device cannot be mounted here: {done.stderr.strip()}")
    try:
        yield
    finally:
        subprocess.run(["umount", str(at)], check=True)


def found_after_a_cut(folder: Path, mutant: str) -> str:
    """What is read after a power cut right behind an acknowledged put."""
    image, copy = folder / "image", folder / "copy"
    subprocess.run(["truncate", "-s", "32M", str(image)], check=True)
    subprocess.run(["mkfs.ext4", "-q", "-F", str(image)], check=True)
    with mounted(image, folder / "disk"):
        root = folder / "disk" / "store"
        Store(root).put("a", b"old")
        subprocess.run(["sync"], check=True)
        command = [sys.executable, "-m", "tests.crash.putting", str(root), "new", *([mutant] if mutant else [])]
        done = subprocess.run(command, capture_output=True, check=True)
        assert done.stdout == b"acknowledged\n"
        shutil.copyfile(image, copy)
    with mounted(copy, folder / "found"):
        try:
            entry = Store(folder / "found" / "store").get("a")
            return "missing" if entry is None else entry.data.decode()
        except PeakguardError as error:
            return error.code


@pytest.mark.slow
@pytest.mark.skipif(_reason() is not None, reason=str(_reason()))
def test_what_was_acknowledged_survives_and_less_syncing_loses_it(tmp_path: Path) -> None:
    found = {}
    for mutant in ("", "folders", "all"):
        outcomes: Counter[str] = Counter()
        for number in range(CUTS):
            folder = tmp_path / f"{mutant}{number}"
            folder.mkdir()
            outcomes[found_after_a_cut(folder, mutant)] += 1
        found[mutant or "none"] = dict(outcomes)
    print("found after a power cut, by what was not synced:", found)
    assert found["none"] == {"new": CUTS}
    assert found["folders"].get("new", 0) == 0
    assert found["all"].get("new", 0) == 0
