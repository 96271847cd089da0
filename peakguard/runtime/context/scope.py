"""Where the running code stands: an immutable value, carried by the one ContextVar of peakguard."""

from __future__ import annotations

from contextvars import ContextVar
from typing import NamedTuple


class Member(NamedTuple):
    """One entry of baggage; `properties` is what W3C Baggage lets follow a value, kept as it came."""

    key: str
    value: str
    properties: str = ""


class Context(NamedTuple):
    """What every event and error of a run carries. Pickles; never changes.

    `run_id` is a UUID of version 7 in canonical form, `trace_id` 32 and `span_id` 16 lower-case
    hexadecimal digits. `policy_set` is the digest of the policies that the run was opened under.
    """

    run_id: str
    trace_id: str
    span_id: str
    name: str | None = None
    parent_span_id: str | None = None
    parent_run_id: str | None = None
    sampled: bool = True
    tracestate: str = ""
    baggage: tuple[Member, ...] = ()
    policy_set: str | None = None


class Scope:
    """A context and the scope it covers, as long as it is open. It is entered once."""

    __slots__ = ("_context", "above", "is_left")

    above: Scope | None
    is_left: bool

    def __init__(self, context: Context | None = None) -> None:
        self._context = context
        self.above = None
        self.is_left = False

    @property
    def context(self) -> Context:
        """Where the code inside stands. Raises RuntimeError before the block is entered."""
        return self._context or self._late_context()

    def _late_context(self) -> Context:
        raise RuntimeError(f"this {type(self).__name__.lower()} has no context: it was not entered, or outside any run")

    def _cover(self, context: Context) -> None:
        if self._context is not None:
            raise RuntimeError(f"this {type(self).__name__.lower()} was entered before: open another one")
        self._context = context
        self.above = SCOPE.get()
        SCOPE.set(self)

    def _uncover(self) -> None:
        top = SCOPE.get()
        if top is not self:
            self._leave_below(top)
            return
        above = self.above
        while above is not None and above.is_left:
            above = above.above
        SCOPE.set(above)
        self.above = None  # else work that starts work for ever would keep every scope it ever had

    def _leave_below(self, top: Scope | None) -> None:
        # A generator was closed while the scope of another stands above its own: the one above must not
        # bring it back. In a Context that never held this scope there is nothing to undo.
        while top is not None and top is not self:
            top = top.above
        self.is_left = top is self


SCOPE: ContextVar[Scope | None] = ContextVar("peakguard", default=None)


def current() -> Context | None:
    """The context of the run and span that this code runs in; None outside any run."""
    scope = SCOPE.get()
    return None if scope is None else scope.context


def adopt(context: Context | None) -> None:
    """Stand in a context from here on, for good: what a worker process does first.

    For `ProcessPoolExecutor(initializer=adopt, initargs=(current(),))`, `multiprocessing.Pool` alike.
    """
    SCOPE.set(None if context is None else Scope(context))
