"""What a cache does around a call, without doing the waiting and the calling itself: for functions of both sorts."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Generator
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from peakguard.diagnostics import codes
from peakguard.kinds.cache.flight import Inside, is_inside, pauses
from peakguard.runtime.clock import Clock
from peakguard.runtime.errors import PeakguardError

if TYPE_CHECKING:
    from peakguard.kinds.cache.keeping import Keeper
    from peakguard.kinds.cache.looked import Looked


class Wait(NamedTuple):
    """Let others go on for some seconds."""

    seconds: float


class Work(NamedTuple):
    """Read or write the disk. What is quick is done at once: a task that is cancelled knows whether it was done."""

    do: Callable[[], Any]
    is_quick: bool = False


class Call(NamedTuple):
    """Make the call; answered by an Outcome."""


class Later(NamedTuple):
    """Fetch a new value in the background; answered by whether somebody does."""

    key: str
    shown: str


class Outcome(NamedTuple):
    """What a call gave, or raised."""

    result: Any = None
    error: BaseException | None = None


Steps = Generator[Wait | Work | Call | Later, Any, Outcome]


def steps(cache: Keeper, key: str, shown: str) -> Steps:
    """A value of the cache, or of the call, which is then kept."""
    name = cache.flight_name(key)
    if is_inside(cache.store.layout.root, name):
        direct: Outcome = yield Call()  # it asks for what it is about to give
        return direct
    found: Looked = yield Work(partial(cache.look, key))
    if found.is_answer:
        return found.outcome()
    if found.state == "refreshing" and (yield Later(key, shown)):
        cache.told.stale(key, found.age, None)
        return found.outcome()
    is_ours = yield Work(partial(cache.flights.claim, name), is_quick=True)
    for pause in pauses(cache.patience):
        if is_ours:
            break
        yield Wait(pause)
        found = yield Work(partial(cache.look, key))
        if found.is_answer:
            return found.outcome()
        is_ours = yield Work(partial(cache.flights.claim, name), is_quick=True)
    if not is_ours:
        # Whoever fetches takes longer than anybody should wait for.
        if not found.has_spare:
            return (yield from _fetched(cache, key, shown, found))
        cache.told.stale(key, found.age, None)
        return found.outcome()
    try:
        again: Looked = yield Work(partial(cache.look, key))
        if again.is_answer:
            return again.outcome()
        return (yield from _fetched(cache, key, shown, again.after(found)))
    finally:
        cache.flights.release(name)


def refresh(cache: Keeper, key: str, shown: str) -> Steps:
    """A new value in the background, under a claim that is held and given up at the end.

    A failure is told and not remembered: the old value is given until its time is over.
    """
    try:
        found: Looked = yield Work(partial(cache.look, key))
        if found.is_answer:
            return Outcome()
        outcome = yield from _fetched(cache, key, shown, found._replace(has_spare=False), remembers=False)
        if outcome.error is not None:
            cache.told.refresh_failed(key, outcome.error)
        return Outcome()
    finally:
        cache.flights.release(cache.flight_name(key))


def _fetched(cache: Keeper, key: str, shown: str, found: Looked, *, remembers: bool = True) -> Steps:
    """The value of the call, kept; the old one where that cannot be had, if the policy allows it."""
    began = cache.clock.now()
    with Inside(cache.store.layout.root, cache.flight_name(key)):
        outcome: Outcome = yield Call()
    if outcome.error is None:
        seconds = cache.clock.now() - began
        outcome = yield Work(partial(cache.keep, key, shown, outcome.result, seconds, found))
    elif isinstance(outcome.error, Exception) and remembers:
        yield Work(partial(cache.remember, key, shown, outcome.error, found))
    if found.has_spare and isinstance(outcome.error, Exception) and not _is_refused(outcome.error):
        cache.told.stale(key, found.age, outcome.error)
        return found.outcome()
    return outcome


def _is_refused(error: Exception) -> bool:
    """Whether a value cannot be kept: a fault of the program, which an old value must not hide."""
    return isinstance(error, PeakguardError) and error.code == codes.CACHE_VALUE_REFUSED


def drive(made: Steps, compute: Callable[[], Any], clock: Clock, later: Callable[[Later], bool]) -> Any:
    """Take the steps for a plain function. Raises what the call raises."""
    answer: Any = None
    try:
        while True:
            step = made.send(answer)
            match step:
                case Work():
                    answer = step.do()
                case Wait():
                    clock.sleep(step.seconds)
                    answer = None
                case Call():
                    answer = _called(compute)
                case Later():
                    answer = later(step)
    except StopIteration as end:
        outcome: Outcome = end.value
    finally:
        made.close()
    return _given(outcome)


async def drive_async(
    made: Steps, compute: Callable[[], Awaitable[Any]], clock: Clock, later: Callable[[Later], bool]
) -> Any:
    """The same for a coroutine; the disk is read and written in a thread."""
    answer: Any = None
    try:
        while True:
            step = made.send(answer)
            match step:
                case Work():
                    answer = step.do() if step.is_quick else await in_worker(step.do)
                case Wait():
                    await clock.asleep(step.seconds)
                    answer = None
                case Call():
                    answer = await _awaited(compute)
                case Later():
                    answer = later(step)
    except StopIteration as end:
        outcome: Outcome = end.value
    finally:
        made.close()
    return _given(outcome)


def _called(compute: Callable[[], Any]) -> Outcome:
    try:
        return Outcome(compute())
    except Exception as error:  # noqa: BLE001 # it is raised again, unless the policy has an old value for it
        return Outcome(error=error)


async def _awaited(compute: Callable[[], Awaitable[Any]]) -> Outcome:
    try:
        return Outcome(await compute())
    except Exception as error:  # noqa: BLE001 # likewise
        return Outcome(error=error)


def _given(outcome: Outcome) -> Any:
    if outcome.error is not None:
        raise outcome.error
    return outcome.result


async def in_worker(do: Callable[[], Any]) -> Any:
    """What a function gives that reads or writes the disk, while the loop goes on."""
    from peakguard.runtime.async_library import running_trio

    trio = running_trio()
    if trio is not None:
        return await trio.to_thread.run_sync(do)
    import asyncio

    return await asyncio.to_thread(do)
