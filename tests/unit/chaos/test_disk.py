"""A disk that fails under some files: for `open` in all its forms, for `os.open`, and for what peakguard writes."""

from __future__ import annotations

import builtins
import errno
import io
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from peakguard.kinds.chaos.disk import Bounded, FailingDisk, is_like, named
from peakguard.runtime.fsops import write_atomic

FAILS = "No space left|Input/output"
DATA = bytes(range(256)) * 300


@contextmanager
def failing(how: str, room: int, name: str = "report.json") -> Iterator[list[str]]:
    struck: list[str] = []

    def bound_of(path: str) -> Bounded | None:
        matches = os.path.basename(named(path)) == name
        return Bounded(how, room, lambda: struck.append(path)) if matches else None

    disk = FailingDisk(bound_of)
    disk.put_on()
    try:
        yield struck
    finally:
        disk.take_off()


def wrote(path: Path, data: bytes = DATA) -> None:
    with open(path, "wb") as file:
        file.write(data)


def written(path: Path, data: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY)
    try:
        os.write(descriptor, data)
    finally:
        os.close(descriptor)


def opened(path: Path, mode: str, **options: Any) -> None:
    with open(path, mode, **options):
        pass


@pytest.mark.parametrize(("how", "number"), [("full", errno.ENOSPC), ("torn", errno.EIO)])
def test_what_fits_is_written_and_then_it_fails(how: str, number: int, tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    with failing(how, 1000) as struck, pytest.raises(OSError, match=FAILS) as raised:
        wrote(path)
    assert (raised.value.errno, struck) == (number, [str(path)])
    assert path.read_bytes() == DATA[:1000]


def test_a_disk_without_room_takes_nothing(tmp_path: Path) -> None:
    with failing("full", 0), pytest.raises(OSError, match=FAILS):
        (tmp_path / "report.json").write_text("{}")
    assert (tmp_path / "report.json").read_bytes() == b""


def test_a_disk_that_lies_says_nothing(tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    with failing("lost", 1000) as struck:
        wrote(path)
    assert (path.read_bytes(), struck) == (DATA[:1000], [str(path)])


def test_partial_writes_are_all_there_for_who_asks_again(tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    with failing("partial", 0) as struck:
        wrote(path)
        descriptor = os.open(path, os.O_WRONLY | os.O_APPEND)
        assert os.write(descriptor, b"abcd") == 2
        os.close(descriptor)
    assert path.read_bytes() == DATA + b"ab"
    assert len(struck) == 2


def test_what_fits_is_no_fault(tmp_path: Path) -> None:
    with failing("full", len(DATA)) as struck:
        wrote(tmp_path / "report.json")
        wrote(tmp_path / "other.json", DATA * 2)
        (tmp_path / "report.json").read_bytes()
    assert struck == []


def test_every_form_of_open_is_met(tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    with failing("full", 0) as struck:
        for mode in ("w", "wb", "a", "w+", "r+b"):
            with pytest.raises(OSError, match=FAILS), open(path, mode) as file:
                file.write("x" if "b" not in mode else b"x")
        path.unlink()
        with pytest.raises(OSError, match=FAILS), open(path, "x", encoding="utf-8", newline="\n") as file:
            file.write("x")
        with pytest.raises(OSError, match=FAILS), open(path, "wb", buffering=0) as file:
            file.write(b"x")
        with pytest.raises(OSError, match=FAILS):
            path.write_text("x")
        with pytest.raises(OSError, match=FAILS):
            written(path, b"x")
    assert len(struck) == 9


def test_an_opened_file_is_what_python_gives(tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    with failing("full", 10**6):
        with open(path, "w+", encoding="utf-8") as file:
            assert (file.name, file.mode, file.encoding) == (str(path), "w+", "utf-8") or file.name == path
            file.write("é\n")
            file.seek(0)
            assert file.read() == "é\n"
        with pytest.raises(ValueError, match="binary mode"):
            opened(path, "wb", encoding="utf-8")
        with pytest.raises(ValueError, match="mode"):
            opened(path, "wq")
        with pytest.raises(FileExistsError):
            opened(path, "x")
        with pytest.raises(FileNotFoundError):
            opened(tmp_path / "nowhere" / "report.json", "w")


def test_what_peakguard_writes_whole_stays_whole(tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    path.write_bytes(b"yesterday")
    with failing("full", 1000) as struck, pytest.raises(OSError, match=FAILS):
        write_atomic(path, DATA)
    assert (path.read_bytes(), len(struck), os.listdir(tmp_path)) == (b"yesterday", 1, ["report.json"])
    with failing("partial", 0):
        write_atomic(path, DATA)
    assert path.read_bytes() == DATA


def test_python_has_its_own_again() -> None:
    before = (builtins.open, io.open, os.open, os.write, os.close)
    with failing("full", 0):
        assert builtins.open is not before[0]
    assert (builtins.open, io.open, os.open, os.write, os.close) == before


@pytest.mark.parametrize(
    ("path", "pattern", "expected"),
    [
        ("out/report.json", "out/*.json", True),
        ("/data/out/report.json", "*/report.json", True),
        ("/project/out/report.json.1a2f.0a1b2c3d.tmp.json", "out/report.json", True),
        ("/project/out/report.json.1a2f.0a1b2c3d.tmp", "report.json", True),
        ("/project/out/other.json", "report.json", False),
        ("/project/out/report.json.bak", "report.json", False),
    ],
)
def test_files_are_named_by_patterns(path: str, pattern: str, *, expected: bool) -> None:
    assert is_like(os.path.join("/project", path), (pattern,), "/project") is expected
