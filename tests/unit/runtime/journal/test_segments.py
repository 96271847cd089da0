"""Many processes write one journal: nothing is lost, nothing is torn, and it stays as small as it should."""

from __future__ import annotations

import multiprocessing
import os
import resource
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from peakguard.runtime.event_form import plain
from peakguard.runtime.events import Event
from peakguard.runtime.journal.segments import Segments, folder_of, read_journal

WRITER = """\
import sys
from peakguard.runtime.journal.segments import Segments
segments = Segments(sys.argv[1])
number = 0
while True:
    segments.append({"time_unix_nano": number, "who": "killed", "attributes": {"x": "y" * 2000}})
    number += 1
    if number == 20:
        print("going", flush=True)
"""


def event(number: int, **fields: Any) -> dict[str, Any]:
    return plain(Event("call_refused", number, "error", None, None, None, None, fields))


def _append(folder: str, writer: int, count: int) -> None:
    segments = Segments(folder, size=20_000)
    for number in range(count):
        segments.append(event(number, writer=writer))


def test_four_processes_lose_nothing(tmp_path: Path) -> None:
    spawn = multiprocessing.get_context("spawn")
    folder = str(tmp_path)
    writers = [spawn.Process(target=_append, args=(folder, writer, 100)) for writer in range(4)]
    for each in writers:
        each.start()
    for each in writers:
        each.join()
        assert each.exitcode == 0
    found = list(Segments(folder).read())
    assert None not in found
    for writer in range(4):
        mine = [each["time_unix_nano"] for each in found if each is not None and each["attributes"]["writer"] == writer]
        assert mine == list(range(100))


def test_old_files_are_dropped_and_that_is_said(tmp_path: Path) -> None:
    folder = folder_of(str(tmp_path))
    segments = Segments(folder, size=1_000, kept=3)
    for number in range(100):
        segments.append(event(number))
    assert len(segments.numbers()) == 3
    assert sum(path.stat().st_size for path in Path(folder).iterdir()) < 3 * 1_500
    journal = read_journal(str(tmp_path))
    assert journal.dropped
    assert [each["time_unix_nano"] for each in journal.events] == list(range(100 - len(journal.events), 100))


def test_a_writer_that_is_killed_leaves_a_whole_journal(tmp_path: Path) -> None:
    for _ in range(5):
        command = [sys.executable, "-c", WRITER, str(tmp_path)]
        with subprocess.Popen(command, stdout=subprocess.PIPE) as writer:
            assert writer.stdout is not None
            writer.stdout.readline()
            writer.send_signal(signal.SIGKILL)
        Segments(str(tmp_path)).append(event(7, who="after"))
    found = list(Segments(str(tmp_path)).read())
    assert sum(1 for each in found if each and each["attributes"].get("who") == "after") == 5
    assert sum(1 for each in found if each is None) <= 5


def test_a_full_disk_is_an_error_and_spoils_nothing(tmp_path: Path) -> None:
    def write() -> None:
        segments = Segments(str(tmp_path))
        segments.append(event(1))
        size = (tmp_path / "00000001.log").stat().st_size
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (size + 30, resource.RLIM_INFINITY))
        with pytest.raises(OSError):  # noqa: PT011 # the number differs between part of a line and none
            segments.append(event(2))
        resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        segments.append(event(3))

    child = os.fork()
    if not child:
        try:
            write()
            os._exit(0)
        finally:
            os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    found = list(Segments(str(tmp_path)).read())
    assert [each["time_unix_nano"] for each in found if each is not None] == [1, 3]
    assert found.count(None) == 1
