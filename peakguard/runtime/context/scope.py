"""Where the running code stands: an immutable value, carried by the one ContextVar of peakguard."""

from __future__ import annotations

from contextvars import ContextVar
from typing import NamedTuple, Self


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

    __slots__ = ("above", "context", "is_left")

    above: Scope | None
    context: Context
    is_left: bool

    def _cover(self, context: Context) -> Self:
        if hasattr(self, "context"):
            raise RuntimeError(f"this {type(self).__name__.lower()} was entered before: open another one")
        self.context = context
        self.above = SCOPE.get()
        self.is_left = False
        SCOPE.set(self)
        return self

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
    SCOPE.set(None if context is None else standing_in(context))


def standing_in(context: Context) -> Scope:
    """A scope for a context that came from elsewhere; nothing is below it."""
    scope = Scope()
    scope.context, scope.above, scope.is_left = context, None, False
    return scope
