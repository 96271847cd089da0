"""Contexts that enter and leave the process: HTTP headers and environments."""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping
from typing import Self

from peakguard.runtime import events
from peakguard.runtime.context.baggage import Kept, format_baggage, parse_baggage
from peakguard.runtime.context.identifiers import (
    is_run_id,
    new_run_number,
    new_span_number,
    new_trace_number,
    run_id,
    span_id,
    trace_id,
)
from peakguard.runtime.context.run import Run
from peakguard.runtime.context.scope import Context, Member, current
from peakguard.runtime.context.trace_context import format_traceparent, parse_traceparent, parse_tracestate

RUN_ID = "peakguard.run_id"
_NAMES = ("traceparent", "tracestate", "baggage")


def continue_from(headers: Mapping[str, str], name: str | None = None) -> Continued:
    """Go on with the run and trace that HTTP headers or an environment tell of, as a block like `run`.

    Headers that break their specification are not continued: an event `context_refused` tells which, and
    the block's `refused` as well. Without a `traceparent` there is a new trace, without a run id a new run.
    """
    return Continued(headers, name)


class Continued(Run):
    """A block that stands in a run of another process, in a span of its own.

    `refused` names the headers that were given but not continued, because they break their specification.
    """

    __slots__ = ("_headers", "refused")

    def __init__(self, headers: Mapping[str, str], name: str | None) -> None:
        super().__init__(name, None, {})
        self._headers = headers
        self.refused: tuple[str, ...] = ()

    def __enter__(self) -> Self:
        origin, self.refused = extract(self._headers)
        origin = origin or Context("", trace_id(new_trace_number()), "")
        self._cover(
            origin._replace(
                run_id=origin.run_id or run_id(new_run_number()),
                span_id=span_id(new_span_number()),
                name=self._name,
                parent_span_id=origin.span_id or None,
            )
        )
        return self


def inject(headers: MutableMapping[str, str]) -> None:
    """Put the current context into HTTP headers; outside any run nothing is added."""
    context = current()
    if context is None:
        return
    for name in [name for name in headers if name.lower() in _NAMES]:
        del headers[name]
    headers.update(_written(context))


def propagate_env(env: MutableMapping[str, str]) -> MutableMapping[str, str]:
    """Put the current context into an environment for a subprocess, and return it.

    Outside any run, nothing is added and nothing that stands there is removed.
    """
    context = current()
    if context is not None:
        for name in _NAMES:
            env.pop(name.upper(), None)
        env.update({name.upper(): value for name, value in _written(context).items()})
    return env


def extract(headers: Mapping[str, str]) -> tuple[Context | None, tuple[str, ...]]:
    """The context that headers tell of, None for none; a run or span that they do not name is empty.

    Also the names of headers that break their specification.
    """
    given = {name.lower(): value for name, value in headers.items() if name.lower() in _NAMES}
    refused = []
    parent = parse_traceparent(given["traceparent"]) if "traceparent" in given else None
    if parent is None and "traceparent" in given:
        refused.append("traceparent")
    state = parse_tracestate(given.get("tracestate", "")) if parent is not None else ""
    if state is None:
        refused.append("tracestate")
    kept = parse_baggage(given.get("baggage", ""))
    run = next((member.value for member in kept.members if member.key == RUN_ID), "")
    if kept.dropped or (run and not is_run_id(run)):
        refused.append("baggage")
    if refused:
        values = {name: given[name][:512] for name in refused if name != "baggage"}
        events.emit("context_refused", severity="warning", headers=tuple(refused), values=values)
    return _context(parent, state or "", kept, run if is_run_id(run) else ""), tuple(refused)


def _context(parent: tuple[str, str, bool] | None, state: str, kept: Kept, run: str) -> Context | None:
    if parent is None and not kept.members:
        return None
    trace, span, sampled = parent or (trace_id(new_trace_number()), "", True)
    baggage = tuple(member for member in kept.members if member.key != RUN_ID)
    return Context(run, trace, span, sampled=sampled, tracestate=state, baggage=baggage)


def _written(context: Context) -> dict[str, str]:
    written = {
        "traceparent": format_traceparent(context.trace_id, context.span_id, sampled=context.sampled),
        "tracestate": context.tracestate,
    }
    written["baggage"], dropped = format_baggage((Member(RUN_ID, context.run_id), *context.baggage))
    if dropped:
        events.emit("baggage_dropped", severity="warning", members=dropped)
    return {name: value for name, value in written.items() if value}
