"""Counts and notes of planted faults, over threads and forked processes."""

from __future__ import annotations

import os
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from multiprocessing import get_context
from pathlib import Path

from peakguard.kinds.chaos.ledger import Ledger, notes


def test_each_call_has_a_number_of_its_own(tmp_path: Path) -> None:
    ledger = Ledger(str(tmp_path))
    with ThreadPoolExecutor(8) as pool:
        numbers = list(pool.map(lambda _: ledger.count("work:fetch"), range(400)))
    assert sorted(numbers) == list(range(1, 401))
    assert [ledger.count("work:other"), ledger.count("work:other")] == [1, 2]


def test_forked_processes_count_together(tmp_path: Path) -> None:
    ledger = Ledger(str(tmp_path))
    assert ledger.count("work:fetch") == 1

    def work() -> None:
        for _ in range(50):
            ledger.note(event="counted", number=ledger.count("work:fetch"))

    processes = [get_context("fork").Process(target=work) for _ in range(3)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    found = list(notes(str(tmp_path)))
    assert sorted(note["number"] for note in found) == list(range(2, 152))
    assert len(Counter(note["pid"] for note in found)) == 3
    assert os.getpid() not in {note["pid"] for note in found}


def test_a_line_that_a_killed_process_left_half_is_passed_over(tmp_path: Path) -> None:
    Ledger(str(tmp_path)).note(event="injected", fault="late")
    with open(tmp_path / "notes.jsonl", "ab") as file:
        file.write(b'{"event": "inj')
    assert [note["fault"] for note in notes(str(tmp_path))] == ["late"]
    assert list(notes(str(tmp_path / "nowhere"))) == []
