"""Runs and spans: `with` blocks that say where the code inside them stands."""

from __future__ import annotations

import os
import time
from abc import abstractmethod
from functools import cache
from importlib import import_module
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from peakguard.runtime import events
from peakguard.runtime.context import identifiers as ids
from peakguard.runtime.context.scope import SCOPE, Context, Scope

if TYPE_CHECKING:
    from random import Random

    from numpy.random import Generator

    from peakguard.runtime.seeding import Streams


class Block(Scope):
    """A scope for `with` and `async with`."""

    __slots__ = ()

    @abstractmethod
    def __enter__(self) -> Self:
        """Open the block."""

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._uncover()

    async def __aenter__(self) -> Self:
        return self.__enter__()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        self._uncover()

    @property
    def trace_id(self) -> str:
        """32 lower-case hexadecimal digits, shared with everything that this work called."""
        return self.context.trace_id

    @property
    def span_id(self) -> str:
        """16 lower-case hexadecimal digits."""
        return self.context.span_id

    @property
    def run_id(self) -> str:
        """A UUID of version 7, unless one was given."""
        return self.context.run_id

    @property
    def name(self) -> str | None:
        """What the block was called."""
        return self.context.name


class Span(Block):
    """A named part of a run; `attributes` may be added to while it is open.

    Outside any run it has no context, and `current()` stays None.
    """

    __slots__ = ("_inside", "_name", "_number", "attributes")

    def __init__(self, name: str, inside: Context | None, attributes: dict[str, Any]) -> None:
        self._name = name
        self._inside = inside
        self._number = 0
        self._context = None
        self.is_left = False
        self.attributes = attributes

    def __enter__(self) -> Self:
        if self._number:
            raise RuntimeError("this span was entered before: open another one")
        self.above = top = SCOPE.get()
        if top is not None:
            here = top.context
            if self._inside is None or self._inside[0] == here[0]:
                self._inside = here
        if self._inside is not None:
            self._number = ids.new_span_number()
            SCOPE.set(self)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._number:
            self._uncover()

    def _late_context(self) -> Context:
        # Most spans are never asked: written out on demand, a span costs half.
        if not self._number or self._inside is None:
            return super()._late_context()
        run_id, trace_id, parent, _, _, parent_run, *rest = self._inside
        span_id = ids.span_id(self._number)
        context: Context = tuple.__new__(Context, (run_id, trace_id, span_id, self._name, parent, parent_run, *rest))
        self._context = context
        return context


class Run(Block):
    """A run of the program or of a part of it: all that happens inside carries its ids."""

    __slots__ = ("_baggage", "_began", "_name", "_numbers", "_policy_set", "_run_id", "_streams")

    def __init__(
        self,
        name: str | None,
        run_id: str | None,
        baggage: dict[str, object],
        policy_set: str | None = None,
        streams: Streams | None = None,
    ) -> None:
        if run_id is not None and not ids.is_run_id(run_id):
            raise ValueError(f"run_id {run_id!r} is not a UUID in lower-case canonical form")
        if baggage:
            from peakguard.runtime.context.baggage import check_keys

            check_keys(baggage)
        self._context = None
        self._numbers: tuple[int, int, int] | None = None
        self._began = 0
        self.is_left = False
        self._name = name
        self._run_id = run_id
        self._baggage = baggage
        self._policy_set = policy_set
        self._streams = streams

    def __enter__(self) -> Self:
        if self._numbers is not None:
            raise RuntimeError("this run was entered before: open another one")
        self.above = top = SCOPE.get()
        outer = top.context if top is not None else _origin()
        self._numbers = (0 if self._run_id else ids.new_run_number(), ids.new_trace_number(), ids.new_span_number())
        if outer is not None or self._baggage:
            self._context = self._inside(outer)
        SCOPE.set(self)
        self._began = time.perf_counter_ns()
        if events.is_heard():
            events.emit("run_started", name=self._name)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if events.is_heard():
            self._tell_end(error)
        self._uncover()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        self.__exit__(kind, error, at)

    def _tell_end(self, error: BaseException | None) -> None:
        """Say how the run ended, under its own ids also where another scope was left open inside it."""
        from peakguard.runtime.context.ending import ending

        status, details = ending(error)
        seconds = (time.perf_counter_ns() - self._began) / 1e9
        events.emit(
            "run_ended",
            severity="error" if status == "failed" else "info",
            at=self.context,
            name=self._name,
            status=status,
            seconds=seconds,
            **details,
        )

    def _late_context(self) -> Context:
        if self._numbers is None:
            return super()._late_context()
        self._context = self._first()
        return self._context

    def _first(self) -> Context:
        run, trace, span = self._numbers or (0, 0, 0)
        run_id, policies = self._run_id or ids.run_id(run), self._policy_set
        return Context(run_id, ids.trace_id(trace), ids.span_id(span), self._name, policy_set=policies)

    def _inside(self, outer: Context | None) -> Context:
        context = self._first()
        if outer is not None:
            context = context._replace(
                trace_id=outer.trace_id,
                parent_span_id=outer.span_id or None,
                parent_run_id=outer.run_id or None,
                sampled=outer.sampled,
                tracestate=outer.tracestate,
                baggage=outer.baggage,
                policy_set=self._policy_set or outer.policy_set,
            )
        if self._baggage:
            from peakguard.runtime.context.baggage import merge_baggage

            context = context._replace(baggage=merge_baggage(context.baggage, self._baggage))
        return context

    @property
    def parent_run_id(self) -> str | None:
        """The run around this one, also where another process opened it."""
        return self.context.parent_run_id

    @property
    def baggage(self) -> dict[str, str]:
        """What the run tells everyone downstream."""
        return {member.key: member.value for member in self.context.baggage}

    def span(self, name: str, /, **attributes: Any) -> Span:
        """A named part of this run, also where the thread has lost the run."""
        return Span(name, self.context, attributes)

    def rng(self, name: str, *index: int) -> Generator:
        """The NumPy generator of a name, which follows from the seed and the name alone; workers add their number.

        Raises PeakguardError: PG2104 where neither this run nor one around it has a seed, PG2004 without NumPy.
        """
        return self._seeded(name).rng(name, *index)

    def random(self, name: str, *index: int) -> Random:
        """Likewise, a generator of the standard library. Raises PeakguardError (PG2104)."""
        return self._seeded(name).random(name, *index)

    def checkpoint(self, name: str, value: Any) -> str:
        """Name a result on the way, so that two runs can be compared there; gives the digest of its content.

        It is a frame, an array, or plain values, and is not changed. A run that is recorded keeps it. Raises
        PeakguardError (PG2103) for a value that cannot be compared.
        """
        digest: str = import_module("peakguard.kinds.reproducibility.checkpoints").checkpoint(name, value)
        return digest

    def _seeded(self, stream: str) -> Streams:
        from peakguard.runtime import seeding

        return _streams_above(self) or seeding.of_process(stream)


def _streams_above(scope: Scope | None) -> Streams | None:
    while scope is not None:
        if isinstance(scope, Run) and scope._streams is not None:  # noqa: SLF001 # one of this module
            return scope._streams  # noqa: SLF001 # likewise
        scope = scope.above
    return None


def current_seed() -> int | None:
    """The seed that named streams follow from where the code stands; None where there is none."""
    from peakguard.runtime import seeding

    streams = _streams_above(SCOPE.get()) or seeding.process_streams()
    return streams.seed if streams is not None else None


@cache
def _origin() -> Context | None:
    """The context of the process that started this one, as the environment said at the first run."""
    if "TRACEPARENT" not in os.environ and "BAGGAGE" not in os.environ:
        return None
    from peakguard.runtime.context.carrier import extract

    return extract(os.environ)[0]


def span(name: str, /, **attributes: Any) -> Span:
    """A named part of the current run and span; outside any run it does nothing."""
    return Span(name, None, attributes)
