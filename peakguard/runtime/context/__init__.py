"""The run context: which run, trace and span this code belongs to, wherever it runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from peakguard.runtime.context.scope import Context, Member, adopt, current

if TYPE_CHECKING:
    from peakguard.runtime.context.bound import bind
    from peakguard.runtime.context.carrier import continue_from, inject, propagate_env
    from peakguard.runtime.context.executors import context_executor
    from peakguard.runtime.context.generators import isolated
    from peakguard.runtime.context.patch import propagate_context
    from peakguard.runtime.context.run import Run, Span, span
    from peakguard.runtime.context.threads import ContextThread

# Errors ask where they are raised; what else there is loads when it is wanted.
_HOMES = {
    "ContextThread": "threads",
    "Run": "run",
    "Span": "run",
    "bind": "bound",
    "context_executor": "executors",
    "continue_from": "carrier",
    "inject": "carrier",
    "isolated": "generators",
    "propagate_context": "patch",
    "propagate_env": "carrier",
    "span": "run",
}

__all__ = [
    "Context",
    "ContextThread",
    "Member",
    "Run",
    "Span",
    "adopt",
    "bind",
    "context_executor",
    "continue_from",
    "current",
    "inject",
    "isolated",
    "propagate_context",
    "propagate_env",
    "span",
]


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
