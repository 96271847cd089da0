"""Files are replaced whole or not at all."""

from __future__ import annotations

import errno
import os
from pathlib import Path
from typing import Any

import pytest

from peakguard.runtime import fsops
from peakguard.runtime.fsops import Durability, replacing, write_atomic, write_if_changed


@pytest.mark.parametrize("durability", ["full", "rename", "none"])
def test_writing_makes_folders_and_replaces_content(tmp_path: Path, durability: Durability) -> None:
    path = tmp_path / "a" / "b" / "file"
    write_atomic(path, b"old", durability=durability)
    write_atomic(path, b"new", durability=durability)
    assert path.read_bytes() == b"new"
    assert os.listdir(path.parent) == ["file"]


def test_a_short_write_is_continued(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = os.write
    monkeypatch.setattr(fsops.system, "write", lambda descriptor, data: real(descriptor, bytes(data[:3])))
    write_atomic(tmp_path / "file", b"0123456789")
    assert (tmp_path / "file").read_bytes() == b"0123456789"


@pytest.mark.parametrize("call", ["write", "fsync", "replace"])
def test_a_failure_leaves_the_old_content_and_no_litter(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    path = tmp_path / "file"
    write_atomic(path, b"old")

    def fail(*_: Any) -> None:
        raise OSError(errno.ENOSPC, "no space")

    monkeypatch.setattr(fsops.system, call, fail)
    with pytest.raises(OSError, match="no space"):
        write_atomic(path, b"new")
    monkeypatch.undo()
    assert path.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["file"]


def test_full_durability_syncs_the_file_before_the_rename_and_the_folder_after(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[str] = []
    fsync, replace = os.fsync, os.replace

    def note_fsync(descriptor: int) -> None:
        synced = os.readlink(f"/proc/self/fd/{descriptor}")
        calls.append("folder" if synced == str(tmp_path) else "file" if os.path.isfile(synced) else synced)
        fsync(descriptor)

    def note_replace(source: str, target: str) -> None:
        calls.append("rename")
        replace(source, target)

    monkeypatch.setattr(fsops.system, "fsync", note_fsync)
    monkeypatch.setattr(fsops.system, "replace", note_replace)
    write_atomic(tmp_path / "file", b"data")
    assert calls == ["file", "rename", "folder"]
    calls.clear()
    with replacing(tmp_path / "file") as temporary:
        Path(temporary).write_bytes(b"others")
    assert calls == ["file", "rename", "folder"]


def test_the_mode_of_a_replaced_file_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "file"
    write_atomic(path, b"old")
    path.chmod(0o640)
    write_atomic(path, b"new")
    assert path.stat().st_mode & 0o777 == 0o640


def test_equal_content_is_not_written_again(tmp_path: Path) -> None:
    path = tmp_path / "file"
    assert write_if_changed(path, b"data") is True
    before = path.stat().st_ino
    assert write_if_changed(path, b"data") is False
    assert path.stat().st_ino == before
