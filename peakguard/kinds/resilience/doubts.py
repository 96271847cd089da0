"""What is doubtful about a policy around one function: other functions it names, and what it cannot do there."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from inspect import Parameter
from typing import Any

from peakguard.diagnostics import codes
from peakguard.runtime.guarding.flavour import flavour_of
from peakguard.runtime.named import named
from peakguard.runtime.policy_set import PolicySet

Doubt = list[Any]
"""A code, and its context."""


def doubts(policies: PolicySet, name: str, function: Callable[..., Any], target: str) -> Iterator[Doubt]:
    """Faults of a policy that only show beside the function it is put around. Imports what the policy names."""
    tables = policies.tables("resilience").values()
    policy = next(table["policies"][name] for table in tables if name in table["policies"])
    is_coroutine = flavour_of(function) == "coroutine"
    mode = policy.get("timeout", {}).get("mode", "cooperative")
    if is_coroutine and mode != "cooperative":
        yield [codes.TIMEOUT_MODE_IDLE, {"policy": name, "mode": mode, "target": target}]
    if policy.get("retry", {}).get("result") is not None:
        yield from _named(name, "retry.result", policy["retry"]["result"], lambda call: _cannot_take(call, (None,), {}))
    if "fallback" in policy:
        yield from _named(name, "fallback.call", policy["fallback"]["call"], lambda call: _misfit(call, function))


def _named(policy: str, part: str, path: str, misfit: Callable[[Any], str | None]) -> Iterator[Doubt]:
    about = {"policy": policy, "part": part, "function": path}
    try:
        call = named(path)
    except (Exception, SystemExit) as error:  # noqa: BLE001 # a module of the program may raise whatever it likes
        yield [
            codes.NAMED_FUNCTION_MISSING,
            {**about, "problem": f"{type(error).__name__}: {error}".partition("\n")[0]},
        ]
        return
    if not callable(call):
        yield [codes.NAMED_FUNCTION_MISSING, {**about, "problem": f"it is of type {type(call).__name__}"}]
        return
    why = misfit(call)
    if why is not None:
        yield [codes.NAMED_FUNCTION_MISFIT, {**about, "problem": why}]


def _misfit(call: Callable[..., Any], function: Callable[..., Any]) -> str | None:
    """Why a function cannot stand in for another: it must take every call that the other one takes."""
    if inspect.iscoroutinefunction(call) and flavour_of(function) != "coroutine":
        return "it is a coroutine, and what it stands in for is none"
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return None
    required = [each for each in parameters if each.default is Parameter.empty and each.kind not in _ANY]
    return _cannot_take(call, *_passed(required)) or _cannot_take(call, *_passed(list(parameters)))


_ANY = (Parameter.VAR_POSITIONAL, Parameter.VAR_KEYWORD)


def _passed(parameters: list[Parameter]) -> tuple[tuple[None, ...], dict[str, None]]:
    """Arguments for parameters, as the wrapper passes them: by position where that is possible."""
    by_name = (Parameter.KEYWORD_ONLY, Parameter.VAR_KEYWORD)
    return tuple(None for each in parameters if each.kind not in by_name), {
        each.name: None for each in parameters if each.kind in by_name
    }


def _cannot_take(call: Callable[..., Any], args: tuple[None, ...], kwargs: dict[str, None]) -> str | None:
    try:
        signature = inspect.signature(call)
    except (TypeError, ValueError):  # one that is written in C
        return None
    try:
        signature.bind(*args, **kwargs)
    except TypeError as error:
        return str(error)
    return None
