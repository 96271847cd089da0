"""The patch of the whole program comes, goes, and stays out of the way."""

from __future__ import annotations

import contextvars
import threading
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from functools import partialmethod
from typing import Any

import pytest

import peakguard
from peakguard.runtime.context import current, propagate_context


def state() -> tuple[Any, ...]:
    return threading.Thread.start, ThreadPoolExecutor.submit, ProcessPoolExecutor.submit


def seen_in_a_thread() -> str | None:
    found: list[str | None] = []
    thread = threading.Thread(target=lambda: found.append(current() and current().run_id))  # type: ignore[union-attr] # checked
    thread.start()
    thread.join()
    return found[0]


def test_it_is_undone_to_the_letter_and_twice_is_once() -> None:
    before = state()
    first, second = propagate_context(), propagate_context()
    assert all(ours is not theirs for ours, theirs in zip(state(), before, strict=True))
    first()
    first()
    with peakguard.run() as run:
        assert seen_in_a_thread() == run.run_id
    second()
    assert state() == before
    with peakguard.run():
        assert seen_in_a_thread() is None


def test_a_patch_on_top_of_ours_stays_and_ours_passes_through() -> None:
    undo = propagate_context()
    ours = threading.Thread.start
    calls: list[threading.Thread] = []

    def theirs(self: threading.Thread) -> None:
        calls.append(self)
        ours(self)

    original = ours.__closure__[0].cell_contents  # type: ignore[index] # it is a closure
    threading.Thread.start = theirs  # type: ignore[method-assign] # what others do
    try:
        undo()
        assert threading.Thread.start is theirs
        with peakguard.run():
            assert seen_in_a_thread() is None
        assert len(calls) == 1
    finally:
        threading.Thread.start = original  # type: ignore[method-assign] # as it was


def test_a_pool_with_a_patch_on_top_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    undo = propagate_context()
    ours = ThreadPoolExecutor.submit
    original = ours.__closure__[0].cell_contents  # type: ignore[index] # it is a closure
    monkeypatch.setattr(ThreadPoolExecutor, "submit", partialmethod(ours))
    undo()
    with peakguard.run(), ThreadPoolExecutor(1) as pool:
        assert pool.submit(current).result() is None
    monkeypatch.undo()
    assert ThreadPoolExecutor.submit is ours
    ThreadPoolExecutor.submit = original  # type: ignore[method-assign] # as it was


@pytest.fixture
def patched() -> Any:
    undo = propagate_context()
    yield
    undo()


@pytest.mark.usefixtures("patched")
def test_other_context_variables_are_left_alone() -> None:
    variable = contextvars.ContextVar("variable", default=0)
    variable.set(1)
    found: list[int] = []
    with peakguard.run(), ThreadPoolExecutor() as pool:
        thread = threading.Thread(target=lambda: found.append(variable.get()))
        thread.start()
        thread.join()
        found.append(pool.submit(variable.get).result())
    assert found == [0, 0]


@pytest.mark.usefixtures("patched")
def test_a_worker_thread_of_a_pool_does_not_begin_in_the_run_that_started_it() -> None:
    found: list[object] = []
    go = threading.Event()
    with ThreadPoolExecutor(1) as pool:
        with peakguard.run():
            pool.submit(go.wait).add_done_callback(lambda _: found.append(current()))
            go.set()
        assert pool.submit(current).result() is None
    assert found == [None]


@pytest.mark.usefixtures("patched")
def test_a_thread_behaves_as_ever() -> None:
    with peakguard.run():
        thread = threading.Thread(target=lambda: None)
        thread.start()
        thread.join()
        assert "run" not in thread.__dict__
        with pytest.raises(RuntimeError):
            thread.start()
        assert "run" not in thread.__dict__


@pytest.mark.usefixtures("patched")
def test_a_thread_that_cannot_start_is_left_as_it_was() -> None:
    with peakguard.run():
        thread = threading.Thread(target=print)
        thread.__dict__["_initialized"] = False
        with pytest.raises(RuntimeError):
            thread.start()
        assert "run" not in thread.__dict__
        thread.run = lambda: None  # type: ignore[method-assign] # some do
        own = thread.run
        with pytest.raises(RuntimeError):
            thread.start()
        assert thread.run is own


@pytest.mark.usefixtures("patched")
def test_what_a_call_raises_comes_back() -> None:
    with peakguard.run(), ThreadPoolExecutor(1) as pool:
        assert isinstance(pool.submit(int, "x").exception(), ValueError)
        assert list(pool.map(int, ["1", "2"], timeout=5)) == [1, 2]
