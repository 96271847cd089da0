"""A power cut of a real file system: the image below a mounted ext4 is copied while it is in use, and mounted again.

Needs root and loop devices; where these are missing it is skipped, which pytest says.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from peakguard.runtime.store.store import Store

REPOSITORY = Path(__file__).resolve().parents[2]
ROUNDS = 5


def ran(*words: str) -> bool:
    return subprocess.run(words, capture_output=True, check=False).returncode == 0


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[tuple[Path, Path]]:
    """An image, and the folder that it is mounted at."""
    image, folder = tmp_path / "disk.img", tmp_path / "mounted"
    folder.mkdir()
    if os.geteuid() != 0 or shutil.which("mkfs.ext4") is None:
        pytest.skip("a power cut needs root and mkfs.ext4")
    with image.open("wb") as file:
        file.truncate(64 << 20)
    if not (ran("mkfs.ext4", "-q", str(image)) and ran("mount", "-o", "loop", str(image), str(folder))):
        pytest.skip("a power cut needs loop devices, which this machine does not give")
    yield image, folder
    subprocess.run(["umount", str(folder)], check=True)


def after_a_cut(disk: tuple[Path, Path], tmp_path: Path, mode: str) -> tuple[int, bytes | None]:
    """The last value that was acknowledged, and what is read after the cut."""
    image, folder = disk
    shutil.rmtree(folder / "store", ignore_errors=True)
    os.sync()
    words = [sys.executable, "-m", "tests.crash.writer", str(folder / "store"), "3", mode]
    said = subprocess.run(words, cwd=REPOSITORY, capture_output=True, text=True, check=True).stdout
    acked = int(said.split()[-1])
    copy, again = tmp_path / "copy.img", tmp_path / "again"
    again.mkdir(exist_ok=True)
    # What has not reached the image by now is what the cut takes.
    shutil.copyfile(image, copy)
    subprocess.run(["mount", "-o", "loop", str(copy), str(again)], check=True)
    try:
        found = Store(str(again / "store"), durability="none").read("k")
    finally:
        subprocess.run(["umount", str(again)], check=True)
    return acked, found[1] if found is not None else None


def value(number: int) -> bytes:
    return b"%d " % number * (1 + number * 997)


def test_what_was_acknowledged_survives_a_power_cut(disk: tuple[Path, Path], tmp_path: Path) -> None:
    for _ in range(ROUNDS):
        acked, found = after_a_cut(disk, tmp_path, "")
        assert (acked, found) == (2, value(2))


@pytest.mark.parametrize("mode", ["no-sync", "no-folder-sync"])
def test_without_syncing_it_does_not(mode: str, disk: tuple[Path, Path], tmp_path: Path) -> None:
    lost = sum(after_a_cut(disk, tmp_path, mode)[1] != value(2) for _ in range(ROUNDS))
    assert lost == ROUNDS
