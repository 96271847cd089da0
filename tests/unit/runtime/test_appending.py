"""Files that are added to by many and put aside when they are large: no line is lost, none is torn."""

from __future__ import annotations

import errno
import multiprocessing
import os
from pathlib import Path

import pytest

from peakguard.runtime import fsops
from peakguard.runtime.appending import Appending


def lines_of(folder: Path) -> list[str]:
    return [line for path in folder.iterdir() for line in path.read_text().splitlines()]


def write(path: str, who: int, count: int, size: int, kept: int) -> None:
    file = Appending(path, size=size, kept=kept)
    for number in range(count):
        file.write(f"{who}:{number}:{'x' * (number % 50)}\n".encode())
    file.close()


def test_a_full_file_is_put_aside_and_the_oldest_go(tmp_path: Path) -> None:
    write(str(tmp_path / "a" / "log"), 1, 1000, 1000, 3)
    newest, *aside = sorted((tmp_path / "a").iterdir(), key=lambda path: path.name)
    assert newest.name == "log"
    assert len(aside) == 3
    kept = [line for path in (*aside, newest) for line in path.read_text().splitlines()]
    assert [int(line.split(":")[1]) for line in kept] == list(range(1000 - len(kept), 1000))


def test_processes_that_put_it_aside_at_once_lose_nothing(tmp_path: Path) -> None:
    path = str(tmp_path / "log")
    forks = multiprocessing.get_context("fork")
    started = [forks.Process(target=write, args=(path, who, 2000, 2000, 10_000)) for who in range(4)]
    for each in started:
        each.start()
    for each in started:
        each.join()
    assert [each.exitcode for each in started] == [0] * 4
    wanted = {f"{who}:{number}:{'x' * (number % 50)}" for who in range(4) for number in range(2000)}
    found = lines_of(tmp_path)
    assert len(found) == len(wanted)
    assert set(found) == wanted


def test_a_file_that_another_took_away_is_made_again(tmp_path: Path) -> None:
    file = Appending(str(tmp_path / "log"), size=1 << 20, kept=3)
    file.write(b"one\n")
    (tmp_path / "log").rename(tmp_path / "taken")
    for _ in range(200):
        file.write(b"more\n")
    assert (tmp_path / "log").read_text().count("more") >= 130
    assert len(lines_of(tmp_path)) == 201


def test_a_full_disk_is_an_error_and_the_file_goes_on_afterwards(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = Appending(str(tmp_path / "log"), size=1 << 20, kept=3)
    file.write(b"one\n")
    real = os.write
    monkeypatch.setattr(fsops.system, "write", lambda descriptor, data: real(descriptor, data[:3]))
    with pytest.raises(OSError) as caught:  # noqa: PT011 # its errno is looked at
        file.write(b"two\n")
    assert caught.value.errno == errno.ENOSPC
    monkeypatch.setattr(fsops.system, "write", real)
    file.write(b"three\n")
    file.write(b"four\n")
    assert lines_of(tmp_path) == ["one", "two", "three", "four"]
