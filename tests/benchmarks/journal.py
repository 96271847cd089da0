"""What keeping an event costs, as a line of our journal and as a row of SQLite: `python -m tests.benchmarks.journal`.

Both survive a kill of the process at any time, neither a power cut of the last events (the journal does not sync,
SQLite runs with `synchronous=NORMAL` in WAL mode). Rounds are interleaved; the ratio is the median of paired rounds.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable
from typing import Any

from peakguard.runtime.journal.segments import Segments

ROUNDS = 15
EVENTS = 400
EVENT: dict[str, Any] = {
    "event_name": "error_created",
    "severity_text": "ERROR",
    "time_unix_nano": 1_790_000_000_000_000_000,
    "run_id": "01980000-0000-7000-8000-000000000001",
    "trace_id": "0" * 31 + "1",
    "span_id": "0" * 15 + "1",
    "attributes": {"code": "PT-1103", "slug": "bar-inconsistent", "category": "data"},
}
Writer = Callable[[str], None]


def lines(folder: str) -> None:
    segments = Segments(os.path.join(folder, "journal"))
    for _ in range(EVENTS):
        segments.append(EVENT)


def rows(folder: str) -> None:
    """One transaction an event: what is appended has to be there when the process dies."""
    connection = sqlite3.connect(os.path.join(folder, "journal.db"), timeout=60, isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=NORMAL")
    connection.execute("CREATE TABLE IF NOT EXISTS events (time INTEGER, event TEXT)")
    for _ in range(EVENTS):
        connection.execute("INSERT INTO events VALUES (?, ?)", (EVENT["time_unix_nano"], json.dumps(EVENT)))
    connection.close()


def timed(write: Writer, processes: int) -> float:
    """Microseconds an event, from the start of the first process to the end of the last."""
    with tempfile.TemporaryDirectory() as folder:
        write(folder)  # the file is there, as it is for all but the first event
        forks = multiprocessing.get_context("fork")
        started = [forks.Process(target=write, args=(folder,)) for _ in range(processes)]
        start = time.perf_counter_ns()
        for each in started:
            each.start()
        for each in started:
            each.join()
        return (time.perf_counter_ns() - start) / 1000 / EVENTS / processes


def main() -> None:
    print("| processes | journal, µs | SQLite, µs | journal of SQLite |\n|---|---|---|---|")
    for processes in (1, 4):
        found = [(timed(lines, processes), timed(rows, processes)) for _ in range(ROUNDS)]
        ours, theirs = (statistics.median(column) for column in zip(*found, strict=True))
        ratio = statistics.median(line / row for line, row in found)
        print(f"| {processes} | {ours:.1f} | {theirs:.1f} | {ratio:.2f} × |")


if __name__ == "__main__":
    main()
