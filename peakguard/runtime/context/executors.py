"""Pools that keep the context of who gave them work."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, Future
from typing import Any, ParamSpec, TypeVar

from peakguard.runtime.context.bound import bind

P = ParamSpec("P")
T = TypeVar("T")


class ContextExecutor(Executor):
    """A pool in which each call runs in the context where it was submitted; see `context_executor`."""

    def __init__(self, pool: Executor) -> None:
        self._pool = pool

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """As the pool does; the call runs in the present context."""
        return self._pool.submit(bind(fn), *args, **kwargs)

    def map(self, fn: Callable[..., T], *iterables: Iterable[Any], **options: Any) -> Iterator[T]:
        """As the pool does, with its options; every call runs in the present context."""
        return self._pool.map(bind(fn), *iterables, **options)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Shut the pool down."""
        self._pool.shutdown(wait, cancel_futures=cancel_futures)


def context_executor(pool: Executor) -> ContextExecutor:
    """A pool of threads or processes, or any other executor, that keeps the context of each call."""
    return ContextExecutor(pool)
