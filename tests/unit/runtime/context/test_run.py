"""Runs and spans: nesting, ids, and leaving in any order."""

from __future__ import annotations

import asyncio
import gc
import pickle
import re
import weakref
from collections.abc import Generator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import peakguard
from peakguard.runtime import context
from peakguard.runtime.context.scope import SCOPE
from peakguard.runtime.policy_set import PolicySet


def names() -> str | None:
    here = context.current()
    return here and here.name


def test_a_run_and_its_spans_nest() -> None:
    assert context.current() is None
    with peakguard.run("a") as a:
        outer = context.current()
        assert outer is not None
        assert (outer.run_id, outer.trace_id, outer.span_id) == (a.run_id, a.trace_id, a.span_id)
        assert re.fullmatch(r"[0-9a-f]{32} [0-9a-f]{16}", f"{a.trace_id} {a.span_id}")
        with a.span("s", rows=3) as span:
            assert span.attributes == {"rows": 3}
            with context.span("t") as inner:
                assert (inner.run_id, inner.trace_id, inner.name) == (a.run_id, a.trace_id, "t")
                assert inner.context.parent_span_id == span.span_id
            assert context.current() == span.context
            assert span.context.parent_span_id == a.span_id
        with peakguard.run("b") as b:
            assert (b.trace_id, b.parent_run_id) == (a.trace_id, a.run_id)
            assert b.run_id > a.run_id
            assert b.context.parent_span_id == a.span_id
        assert context.current() is outer
    assert context.current() is None


def test_ids_do_not_change_by_being_asked_for_late() -> None:
    with peakguard.run() as run, run.span("s") as span:
        seen = run.context, span.context
        assert (run.context, span.context, context.current()) == (*seen, seen[1])
    assert (run.context, span.context) == seen


def test_a_context_is_an_immutable_value() -> None:
    with peakguard.run("a", desk="fx") as run:
        here = run.context
    assert pickle.loads(pickle.dumps(here)) == here
    assert hash(here) == hash(here)
    with pytest.raises(AttributeError):
        here.name = "b"  # type: ignore[misc] # that is the point
    with pytest.raises(AttributeError):
        here.more = 1  # type: ignore[attr-defined] # likewise


def test_an_exception_passes_and_ends_the_block() -> None:
    with pytest.raises(KeyError), peakguard.run() as run, run.span("s"):
        raise KeyError
    assert context.current() is None


def test_a_span_outside_any_run_does_nothing() -> None:
    with context.span("s") as span:
        assert context.current() is None
    with pytest.raises(RuntimeError):
        _ = span.span_id


def test_a_span_of_a_run_works_where_the_run_is_lost_or_covered() -> None:
    with peakguard.run("a") as a:
        with peakguard.run("b"), a.span("s") as span:
            assert (span.run_id, span.context.parent_span_id) == (a.run_id, a.span_id)
        late = a.span("late")
    with late:
        assert late.run_id == a.run_id
    assert context.current() is None


@pytest.mark.parametrize("make", [peakguard.run, lambda: context.span("s"), lambda: context.continue_from({})])
def test_a_block_is_entered_once(make: peakguard.PolicySet) -> None:
    with peakguard.run():
        block = make()  # type: ignore[operator] # any of the three
        with block, pytest.raises(RuntimeError), block:
            pass
        with pytest.raises(RuntimeError), block:
            pass


@pytest.mark.parametrize(
    "run_id", ["", "x", "01A211D2-9B4C-75D1-B0B7-ABA963049D83", "01a211d29b4c75d1b0b7aba963049d83"]
)
def test_a_run_id_that_is_no_uuid_is_refused(run_id: str) -> None:
    with pytest.raises(ValueError, match="run_id"):
        peakguard.run(run_id=run_id)


def test_a_run_id_may_be_given() -> None:
    given_id = "01a211d2-9b4c-75d1-b0b7-aba963049d83"
    with peakguard.run(run_id=given_id) as run:
        assert run.run_id == given_id == (context.current() or run).run_id


def test_baggage_is_inherited_and_set_anew() -> None:
    with peakguard.run(desk="fx", day=1), peakguard.run(day=2, book="x") as inner:
        assert inner.baggage == {"desk": "fx", "day": "2", "book": "x"}
        with inner.span("s") as span:
            assert span.context.baggage == inner.context.baggage


@pytest.mark.parametrize("key", ["größe", "a b", "", "peakguard.run_id"])
def test_baggage_that_no_header_can_carry_is_refused(key: str) -> None:
    with pytest.raises(ValueError, match="baggage"):
        peakguard.run(**dict[str, Any]({key: "x"}))
    assert context.current() is None


def test_a_run_under_policies_carries_their_digest() -> None:
    with PolicySet({}, "d1").run("a", desk="fx") as run, run.span("s"), peakguard.run("b") as inner:
        assert (run.context.policy_set, inner.context.policy_set, run.baggage) == ("d1", "d1", {"desk": "fx"})
        with PolicySet({}, "d2").run() as other:
            assert other.context.policy_set == "d2"


def block_then(name: str) -> Generator[None, None, None]:
    with context.span(name):
        yield


def test_generators_that_close_in_any_order_leave_nothing_behind() -> None:
    with peakguard.run("a"):
        first, second = block_then("first"), block_then("second")
        next(first)
        next(second)
        first.close()
        assert names() == "second"
        second.close()
        assert names() == "a"


@settings(deadline=None)
@given(st.lists(st.tuples(st.sampled_from(["open", "close"]), st.integers(0, 5)), max_size=30))
def test_whoever_closes_first_the_top_is_always_an_open_one(steps: list[tuple[str, int]]) -> None:
    with peakguard.run("a"):
        opened: list[tuple[str, Generator[None, None, None]]] = []
        for number, (step, which) in enumerate(steps):
            if step == "open":
                block = block_then(str(number))
                next(block)
                opened.append((str(number), block))
            elif opened:
                opened.pop(which % len(opened))[1].close()
            assert names() == (opened[-1][0] if opened else "a")
        for _, block in opened:
            block.close()
        assert names() == "a"


def test_an_async_generator_closed_by_another_task_does_not_disturb_it() -> None:
    async def values() -> object:
        with peakguard.run("inner"):
            yield 1

    async def main() -> None:
        generator = values()
        await asyncio.create_task(generator.__anext__())  # type: ignore[attr-defined] # of a generator
        with peakguard.run("outer"):
            await generator.aclose()  # type: ignore[attr-defined] # likewise
            assert names() == "outer"
        assert context.current() is None

    asyncio.run(main())


def test_work_that_outlives_its_run_still_belongs_to_it() -> None:
    async def late(go: asyncio.Event) -> list[str | None]:
        await go.wait()
        with context.span("s"):
            inside = context.current()
        after = context.current()
        return [inside and inside.run_id, after and after.run_id]

    async def main() -> None:
        go = asyncio.Event()
        with peakguard.run() as run:
            task = asyncio.create_task(late(go))
            await asyncio.sleep(0)
        go.set()
        assert await task == [run.run_id, run.run_id]
        assert context.current() is None

    asyncio.run(main())


def test_work_that_starts_work_for_ever_keeps_no_scopes() -> None:
    class Kept(context.Span):
        __slots__ = ("__weakref__",)

    found: list[weakref.ref[Kept]] = []

    async def main() -> int:
        loop = asyncio.get_running_loop()
        done: asyncio.Future[int] = loop.create_future()

        def step(left: int) -> None:
            here = context.current()
            with Kept("step", here, {}) as span:
                found.append(weakref.ref(span))
                if left:
                    loop.call_soon(step, left - 1)
                else:
                    gc.collect()
                    done.set_result(sum(each() is not None for each in found))

        with peakguard.run():
            loop.call_soon(step, 50)
        return await done

    assert asyncio.run(main()) <= 2
    assert len(found) == 51
    assert SCOPE.get() is None
