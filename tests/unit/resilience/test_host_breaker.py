"""A breaker that processes share: one opens it for all, a trial is counted over all, and a death harms none."""

from __future__ import annotations

import multiprocessing
import os
import signal
import time as real
from pathlib import Path
from typing import Any

import pytest

from peakguard.kinds.resilience.host_breaker import HostBreaker
from peakguard.kinds.resilience.host_memory import HostMemory
from peakguard.runtime.clock import REAL
from tests.unit.resilience.virtual import Time, breaker_settings, policies_of

FORKS = multiprocessing.get_context("fork")
QUICK = {"initial": 0.3, "multiplier": 1.0, "max": None}


def breaker(folder: Path, time: Time | None = None, **settings: Any) -> HostBreaker:
    clock = time.clock if time is not None else REAL
    chosen = breaker_settings(scope="host", minimum_calls=3, **settings)
    return HostBreaker("p", chosen, clock, None, str(folder))


def fail(shared: HostBreaker, times: int) -> None:
    for _ in range(times):
        epoch, refused = shared.admit()
        if refused is None:
            shared.failed(epoch)


def in_process(work: Any, *arguments: Any) -> Any:
    """What a function gives in a process of its own."""
    ours, theirs = FORKS.Pipe()
    process = FORKS.Process(target=lambda: theirs.send(work(*arguments)))
    process.start()
    found = ours.recv()
    process.join()
    assert process.exitcode == 0
    return found


def test_what_one_process_opens_is_open_for_all(tmp_path: Path) -> None:
    ours = breaker(tmp_path)
    in_process(lambda: fail(breaker(tmp_path), 3))
    assert ours.memory.generation != ours.epoch.generation  # what a call looks at
    _, refused = ours.admit()
    assert refused is not None
    assert ours.state == "open"
    assert in_process(lambda: breaker(tmp_path).state) == "open"


def test_a_window_is_that_of_its_process(tmp_path: Path) -> None:
    ours = breaker(tmp_path)
    fail(ours, 2)
    in_process(lambda: fail(breaker(tmp_path), 2))
    states = [ours.state]
    fail(ours, 1)
    assert [*states, ours.state] == ["closed", "open"]


def test_a_call_of_before_does_not_close_it(tmp_path: Path) -> None:
    ours = breaker(tmp_path)
    early, _ = ours.admit()
    in_process(lambda: fail(breaker(tmp_path), 3))
    ours.succeeded(early)
    assert ours.state == "open"


def test_a_trial_is_counted_over_all_processes(tmp_path: Path) -> None:
    fail(breaker(tmp_path, open=QUICK, permitted=4), 3)
    real.sleep(0.35)
    gate = FORKS.Barrier(8)

    def burst(results: Any) -> None:
        shared = breaker(tmp_path, open=QUICK, permitted=4)
        gate.wait()
        admitted = [epoch for epoch, refused in (shared.admit() for _ in range(5)) if refused is None]
        real.sleep(0.05)
        for epoch in admitted:
            shared.succeeded(epoch)
        results.put(len(admitted))

    results = FORKS.Queue()
    processes = [FORKS.Process(target=burst, args=(results,)) for _ in range(8)]
    for each in processes:
        each.start()
    counts = [results.get() for _ in processes]
    for each in processes:
        each.join()
    assert sum(counts) == 4
    assert breaker(tmp_path, open=QUICK).state == "closed"


def test_a_process_that_is_killed_leaves_the_others_working(tmp_path: Path) -> None:
    fail(breaker(tmp_path, open=QUICK, permitted=2), 3)
    real.sleep(0.35)

    def hold() -> None:
        shared = breaker(tmp_path, open=QUICK, permitted=2)
        assert [refused for _, refused in (shared.admit(), shared.admit())] == [None, None]
        with shared._exclusive():  # killed with the lock and all permits
            os.kill(os.getpid(), signal.SIGKILL)

    process = FORKS.Process(target=hold)
    process.start()
    process.join()
    assert process.exitcode == -signal.SIGKILL
    ours = breaker(tmp_path, open=QUICK, permitted=2)
    assert ours.admit()[1] is not None  # the permits went with it
    real.sleep(1.05)  # until the trial counts as failed
    assert ours.admit()[1] is not None
    real.sleep(0.35)
    for _ in range(2):
        epoch, refused = ours.admit()
        assert refused is None
        ours.succeeded(epoch)
    assert ours.state == "closed"


def test_it_is_killed_at_any_moment_and_the_record_is_whole_or_none(tmp_path: Path) -> None:
    def churn() -> None:
        shared = breaker(tmp_path, open={"initial": 0.0, "multiplier": 1.0, "max": None})
        while True:
            fail(shared, 1)

    for pause in range(12):
        process = FORKS.Process(target=churn)
        process.start()
        real.sleep(0.01 + pause * 0.003)
        os.kill(process.pid or 0, signal.SIGKILL)
        process.join()
        assert breaker(tmp_path).state in ("closed", "open", "half_open")


@pytest.mark.parametrize("place", [0, 8, 30, 60, 78])
def test_a_damaged_record_counts_as_none(tmp_path: Path, place: int) -> None:
    fail(breaker(tmp_path), 3)
    path = tmp_path / "p.breaker"
    data = bytearray(path.read_bytes())
    data[place] ^= 0x41
    path.write_bytes(data)
    ours = breaker(tmp_path)
    assert ours.state == "closed"
    fail(ours, 3)
    assert breaker(tmp_path).state == "open"


def test_a_record_of_before_the_machine_was_started_counts_as_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fail(breaker(tmp_path), 3)
    monkeypatch.setattr("peakguard.kinds.resilience.host_memory._boot_id", lambda: b"another boot....")
    assert breaker(tmp_path).state == "closed"


def test_a_forked_process_opens_its_own_lock(tmp_path: Path) -> None:
    ours = breaker(tmp_path)

    def child() -> bool:
        with ours.memory.locked():
            return True

    with ours.memory.locked():
        process = FORKS.Process(target=child)
        process.start()
        process.join(0.2)
        assert process.is_alive()  # it waits for us
    process.join()
    assert process.exitcode == 0


def test_no_failure_is_written_only_moves(tmp_path: Path) -> None:
    ours = breaker(tmp_path, size=100, failure_rate=1.0)
    epoch, _ = ours.admit()
    ours.succeeded(epoch)
    before = ours.memory.generation
    memory = HostMemory(str(tmp_path), "p")
    record = memory.read()
    fail(ours, 50)
    assert (memory.generation, memory.read()) == (before, record)


def test_guards_of_two_processes_share_it(tmp_path: Path) -> None:
    text = "{breaker: {minimum_calls: 3, scope: host}}"
    policies_of(tmp_path, text)

    def down() -> None:
        raise OSError

    def open_it() -> str:
        policies = policies_of(tmp_path, text)
        call = policies.guard("p")(down)
        for _ in range(3):
            with pytest.raises(OSError):  # noqa: PT011 # it says nothing
                call()
        return policies.breaker("p").state

    policies = policies_of(tmp_path, text)
    fine: Any = policies.guard("p")(lambda: 7)
    assert [fine() for _ in range(5)] == [7] * 5
    assert in_process(open_it) == "open"
    with pytest.raises(Exception, match="PG2090"):
        fine()
