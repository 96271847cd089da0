"""Functions that take their context along: for callbacks, threads, pools and other processes."""

from __future__ import annotations

from collections.abc import Callable
from contextvars import Context as Variables
from contextvars import copy_context
from typing import Any, Generic, ParamSpec, TypeVar

from peakguard.runtime.context.scope import SCOPE, Context, Scope, adopt, current

P = ParamSpec("P")
R = TypeVar("R")


class Bound(Generic[P, R]):
    """A function that always runs in one context, with all context variables of where it was bound.

    Pickled into another process, it keeps the run and span; other variables stay behind.
    """

    __slots__ = ("function", "variables")

    def __init__(self, function: Callable[P, R], variables: Variables) -> None:
        self.function = function
        self.variables = variables

    def __call__(self, /, *args: P.args, **kwargs: P.kwargs) -> R:
        # A copy: one Context cannot be entered twice at a time, and calls must not see each other's changes.
        return self.variables.copy().run(self.function, *args, **kwargs)

    def __reduce__(self) -> tuple[Any, ...]:
        return bind_in, (self.function, self.variables.run(current))


class Carried(Generic[P, R]):
    """A function that runs in one scope; other context variables are those of the thread that calls it."""

    __slots__ = ("function", "scope")

    def __init__(self, function: Callable[P, R], scope: Scope | None) -> None:
        self.function = function
        self.scope = scope

    def __call__(self, /, *args: P.args, **kwargs: P.kwargs) -> R:
        before = SCOPE.set(self.scope)
        try:
            return self.function(*args, **kwargs)
        finally:
            SCOPE.reset(before)

    def __reduce__(self) -> tuple[Any, ...]:
        return carry_in, (self.function, None if self.scope is None else self.scope.context)


def bind(function: Callable[P, R]) -> Bound[P, R]:
    """The function, to run in the context of here and now whoever calls it, as often as wanted.

    For callbacks of futures, timers, signal handlers, threads and `multiprocessing` alike.
    """
    return Bound(function, copy_context())


def bind_in(function: Callable[P, R], context: Context | None) -> Bound[P, R]:
    """The function, to run in a context that came from another process."""
    variables = copy_context()
    variables.run(adopt, context)
    return Bound(function, variables)


def carry_in(function: Callable[P, R], context: Context | None) -> Carried[P, R]:
    """Likewise, with the scope alone."""
    return Carried(function, None if context is None else Scope(context))
