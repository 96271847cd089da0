"""Generators whose runs and spans do not leak to who iterates over them."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable, Generator
from contextvars import Context as Variables
from contextvars import copy_context
from functools import wraps
from inspect import isasyncgenfunction
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
G = TypeVar("G")


def isolated(function: Callable[P, G]) -> Callable[P, G]:
    """A generator function, plain or async, whose body runs in a context of its own from call to end.

    Python runs a generator in the context of whoever asks for the next value: a span that is open at a
    `yield` would be the caller's as well. As a decorator.
    """

    @wraps(function)
    def isolate(*args: P.args, **kwargs: P.kwargs) -> Any:
        variables = copy_context()
        generator: Any = variables.run(function, *args, **kwargs)
        step = _async_steps if isasyncgenfunction(function) else _steps
        return step(generator, variables)

    return isolate


def _steps(generator: Generator[Any, Any, Any], variables: Variables) -> Generator[Any, Any, Any]:
    ask: Callable[[], Any] = generator.__next__
    while True:
        try:
            value = variables.run(ask)
        except StopIteration as end:
            return end.value
        try:
            sent = yield value
        except GeneratorExit:
            variables.run(generator.close)
            raise
        except BaseException as error:  # noqa: BLE001 # the generator decides what becomes of it
            ask = _bound(generator.throw, error)
        else:
            ask = generator.__next__ if sent is None else _bound(generator.send, sent)


async def _async_steps(generator: AsyncGenerator[Any, Any], variables: Variables) -> AsyncGenerator[Any, Any]:
    asked = generator.__anext__()
    while True:
        try:
            value = await _In(asked, variables)
        except StopAsyncIteration:
            return
        try:
            sent = yield value
        except GeneratorExit:
            await _In(generator.aclose(), variables)
            raise
        except BaseException as error:  # noqa: BLE001 # likewise
            asked = generator.athrow(error)
        else:
            asked = generator.asend(sent)


class _In:
    """Awaits something in a context: every step of it runs there."""

    def __init__(self, awaited: Awaitable[Any], variables: Variables) -> None:
        self._awaited = awaited
        self._variables = variables

    def __await__(self) -> Generator[Any, Any, Any]:
        steps = self._variables.run(self._awaited.__await__)
        return _steps(steps, self._variables)


def _bound(function: Callable[[Any], Any], value: Any) -> Callable[[], Any]:
    return lambda: function(value)
