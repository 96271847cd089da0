"""A wrapper is called as what it wraps is: for every form of parameters, every flavour, every call."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import AsyncGenerator, Callable, Generator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from peakguard.runtime.guarding.layer import Layer
from peakguard.runtime.guarding.writing import disarm, wrap

NAMES = ("a", "b", "_pg_result", "_default_a", "error", "self", "function", "e")


@st.composite
def functions(draw: st.DrawFn) -> Callable[..., Any]:
    """A function of any parameters, which gives back what it was called with."""
    names = draw(st.permutations(NAMES))
    counts = [draw(st.integers(0, 2)) for _ in range(3)]
    positional, plain, keyword = names[: counts[0]], names[2 : 2 + counts[1]], names[4 : 4 + counts[2]]
    defaulted = draw(st.integers(0, counts[0] + counts[1]))
    ordered = [*positional, *plain]
    written = [f"{name}={index}" if index >= len(ordered) - defaulted else name for index, name in enumerate(ordered)]
    if positional:
        written.insert(len(positional), "/")
    takes_rest = draw(st.booleans())
    if takes_rest:
        written.append(f"*{names[6]}")
    elif keyword:
        written.append("*")
    written += [f"{name}=0" if draw(st.booleans()) else name for name in keyword]
    if draw(st.booleans()):
        written.append(f"**{names[7]}")
    space: dict[str, Any] = {}
    exec(f"def called({', '.join(written)}):\n    'What it says.'\n    return dict(locals())", space)
    function: Callable[..., Any] = space["called"]
    function.__module__ = __name__
    return function


CALLS = st.tuples(
    st.lists(st.integers(), max_size=5), st.dictionaries(st.sampled_from(NAMES), st.integers(), max_size=4)
)
Call = tuple[list[int], dict[str, int]]


def outcome(function: Callable[..., Any], call: Call) -> Any:
    try:
        return function(*call[0], **call[1])
    except TypeError as error:
        return str(error)


def layers(seen: list[Any], first: str = "", awaits: str = "") -> list[Layer]:
    reads = (first,) if first else ()
    read = f"{{arg[{first}]}}" if first else "0"
    return [
        Layer("trace", "", {"note": seen.append}, before=("{note}('in')",), after=("{note}('out')",)),
        Layer("arguments", "", {"note": seen.append}, before=(f"{{note}}({read})",), reads=reads),
        Layer("cache", "", {"ask": lambda inside: inside()}, whole=f"{{result}} = {awaits}{{ask}}({{inside}})"),
        Layer("classify", "", {"note": seen.append}, failed=("{note}({error})",)),
    ]


@given(function=functions(), call=CALLS)
def test_a_wrapper_takes_what_the_function_takes_and_says_what_it_says(
    function: Callable[..., Any], call: Call
) -> None:
    seen: list[Any] = []
    made = wrap(function, layers(seen), "test").function
    assert outcome(made, call) == outcome(function, call)
    assert inspect.signature(made, follow_wrapped=False) == inspect.signature(function)
    assert (made.__name__, made.__qualname__, made.__doc__) == ("called", "called", "What it says.")
    assert made.__code__.co_name == "called"
    assert not seen or [seen[0], seen[-1]] == ["in", "out"]


@given(function=functions(), call=CALLS)
def test_a_wrapper_that_was_disarmed_runs_no_layer(function: Callable[..., Any], call: Call) -> None:
    seen: list[Any] = []
    wrapper = wrap(function, layers(seen), "test")
    disarm(wrapper, function)
    assert outcome(wrapper.function, call) == outcome(function, call)
    assert seen == []


@given(function=functions(), call=CALLS)
def test_a_layer_reads_the_argument_that_the_function_gets(function: Callable[..., Any], call: Call) -> None:
    for name, parameter in inspect.signature(function).parameters.items():
        seen: list[Any] = []
        made = wrap(function, layers(seen, name), "test").function
        result = outcome(made, call)
        if isinstance(result, dict):
            expected = result[name]
            assert seen[1] == (expected if parameter.kind is not parameter.VAR_POSITIONAL else tuple(expected))


@given(function=functions(), call=CALLS)
def test_arguments_that_a_decorator_hides_are_found_all_the_same(function: Callable[..., Any], call: Call) -> None:
    from functools import wraps

    @wraps(function)
    def hidden(*args: Any, **kwargs: Any) -> Any:
        return function(*args, **kwargs)

    for name in inspect.signature(function).parameters:
        seen: list[Any] = []
        made = wrap(hidden, layers(seen, name), "test").function
        result = outcome(function, call)
        if isinstance(result, dict):
            assert made(*call[0], **call[1]) == result
            assert seen[1] == result[name]


def test_a_keyword_may_be_named_as_a_parameter_that_is_positional_only() -> None:
    from functools import wraps

    def function(a: int = 1, /, *rest: int, **more: int) -> Any:
        return a, rest, more

    @wraps(function)
    def hidden(*args: Any, **kwargs: Any) -> Any:
        return function(*args, **kwargs)

    for name, read in (("a", 1), ("rest", ()), ("more", {"a": 2, "b": 3})):
        seen: list[Any] = []
        made = wrap(hidden, layers(seen, name), "test").function
        assert made(a=2, b=3) == (1, (), {"a": 2, "b": 3})
        assert seen[1] == read


STEPS = st.lists(st.one_of(st.just("next"), st.integers(), st.just("throw"), st.just("close")), max_size=8)


def talker(seen: list[Any]) -> Generator[int, Any, str]:
    """Yields numbers, keeps what it is sent, survives one exception, and says goodbye."""
    try:
        for number in range(3):
            try:
                seen.append((yield number))
            except KeyError as error:
                seen.append(repr(error))
    finally:
        seen.append("closed")
    return "end"


async def async_talker(seen: list[Any]) -> AsyncGenerator[int, Any]:
    try:
        for number in range(3):
            await asyncio.sleep(0)
            try:
                seen.append((yield number))
            except KeyError as error:
                seen.append(repr(error))
    finally:
        seen.append("closed")


STEPPED = [
    Layer("trace", "", {"note": len}, stepping=("{x} = 1",), stepped=("{x} = 2",)),
    Layer("result", "", {"note": id}, each=("{note}({item})",)),
]


@pytest.mark.parametrize("around", [[], STEPPED], ids=["whole", "stepped"])
@given(steps=STEPS)
def test_a_generator_is_driven_as_without_a_wrapper(around: list[Layer], steps: list[Any]) -> None:
    def drive(function: Callable[[list[Any]], Generator[int, Any, str]]) -> list[Any]:
        seen: list[Any] = []
        generator = function(seen)
        for step in steps:
            try:
                seen.append(("got", stepped(generator, step)))
            except (StopIteration, KeyError, TypeError) as error:
                seen.append(repr(error))
        generator.close()
        return seen

    made = wrap(talker, around, "test").function
    assert inspect.isgeneratorfunction(made)
    # Python words a value sent to a generator that has not begun itself; the rest is what the generator says.
    assert drive(made) == drive(talker)


def stepped(generator: Generator[int, Any, str], step: Any) -> Any:
    if step == "close":
        generator.close()
        return None
    if step == "throw":
        return generator.throw(KeyError("x"))
    return next(generator) if step == "next" else generator.send(step)


@pytest.mark.parametrize("around", [[], STEPPED], ids=["whole", "stepped"])
@given(steps=STEPS)
def test_an_async_generator_is_driven_as_without_a_wrapper(around: list[Layer], steps: list[Any]) -> None:
    async def drive(function: Callable[[list[Any]], AsyncGenerator[int, Any]]) -> list[Any]:
        seen: list[Any] = []
        generator = function(seen)
        for step in steps:
            try:
                seen.append(("got", await async_stepped(generator, step)))
            except (StopAsyncIteration, KeyError, TypeError) as error:
                seen.append(repr(error))
        await generator.aclose()
        return seen

    made = wrap(async_talker, around, "test").function
    assert inspect.isasyncgenfunction(made)
    assert asyncio.run(drive(made)) == asyncio.run(drive(async_talker))


async def async_stepped(generator: AsyncGenerator[int, Any], step: Any) -> Any:
    if step == "close":
        return await generator.aclose()
    if step == "throw":
        return await generator.athrow(KeyError("x"))
    return await (anext(generator) if step == "next" else generator.asend(step))


def test_a_coroutine_function_stays_one() -> None:
    async def wait(value: int) -> int:
        await asyncio.sleep(0)
        return value

    seen: list[Any] = []
    made = wrap(wait, layers(seen, awaits="await "), "test").function
    assert inspect.iscoroutinefunction(made)
    coroutine = made(3)
    assert seen == []
    assert asyncio.run(coroutine) == 3
    assert seen[0] == "in"
