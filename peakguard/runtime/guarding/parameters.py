"""How a function is called: its parameters as they are written, and the call that passes them on."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping
from types import FunctionType
from typing import Any, NamedTuple

from peakguard.diagnostics import codes
from peakguard.runtime.errors import PeakguardError

_VARIADIC = 0x04
_KEYWORDS = 0x08


class Parameters(NamedTuple):
    """`head` is what stands in the parentheses of `def`, `call` what passes it all on.

    `names` are the parameters that a binding may speak of. Where a function hides them behind `*args`, `signature`
    says which argument is which. `defaults` are the objects that `head` names, and `written` all names that it has.
    """

    head: str
    call: str
    names: tuple[str, ...]
    written: tuple[str, ...]
    defaults: Mapping[str, Any]
    signature: inspect.Signature | None = None

    @property
    def first(self) -> str:
        """The first parameter, which a method calls `self`; the empty text where there is none."""
        return self.names[0] if self.names else ""


def parameters_of(function: Callable[..., Any]) -> Parameters:
    """The parameters of a function.

    A plain function is called with a `def` of the same form, which costs a fifth of packing and unpacking. What is
    written in C, or takes `*args` for another function, is called with these, and arguments are bound when asked for.
    """
    if isinstance(function, FunctionType):
        own = _written(function)
        shown = _signature(function)
        if shown is None or set(shown.parameters) <= set(own.names):
            return own
        return own._replace(names=tuple(shown.parameters), signature=shown)
    found = _signature(function)
    names = tuple(found.parameters) if found is not None else ()
    return Parameters("*args, **kwargs", "*args, **kwargs", names, ("args", "kwargs"), {}, found)


def _written(function: FunctionType) -> Parameters:
    code = function.__code__
    positional = code.co_varnames[: code.co_argcount]
    keyword = code.co_varnames[code.co_argcount : code.co_argcount + code.co_kwonlyargcount]
    rest = list(code.co_varnames[code.co_argcount + code.co_kwonlyargcount :])
    values = function.__defaults__ or ()
    defaults: dict[str, Any] = dict(zip(positional[len(positional) - len(values) :], values, strict=True))
    defaults |= function.__kwdefaults__ or {}
    free = free_name("_default", code.co_varnames)
    head = [_with_default(name, defaults, free) for name in positional]
    if code.co_posonlyargcount:
        head.insert(code.co_posonlyargcount, "/")
    call = list(positional)
    extra = []
    if code.co_flags & _VARIADIC:
        extra.append(rest.pop(0))
        head.append(f"*{extra[-1]}")
        call.append(f"*{extra[-1]}")
    elif keyword:
        head.append("*")
    head += [_with_default(name, defaults, free) for name in keyword]
    call += [f"{name}={name}" for name in keyword]
    if code.co_flags & _KEYWORDS:
        extra.append(rest.pop(0))
        head.append(f"**{extra[-1]}")
        call.append(f"**{extra[-1]}")
    names = (*positional, *keyword, *extra)
    held = {f"{free}_{name}": value for name, value in defaults.items()}
    return Parameters(", ".join(head), ", ".join(call), names, names, held)


def _with_default(name: str, defaults: Mapping[str, Any], free: str) -> str:
    return f"{name}={free}_{name}" if name in defaults else name


def free_name(wanted: str, taken: Iterable[str]) -> str:
    """A name that begins none of those that are taken."""
    name, taken = wanted, tuple(taken)
    while any(each.startswith(name) for each in taken):
        name = f"_{name}"
    return name


def _signature(function: Callable[..., Any]) -> inspect.Signature | None:
    try:
        return inspect.signature(function)
    except (TypeError, ValueError):
        return None


def check_named(names: Iterable[str], parameters: Parameters, binding: str, target: str) -> None:
    """Raises PeakguardError (PG2083) where a binding names a parameter that the target does not have."""
    from peakguard.diagnostics.wording import did_you_mean

    for name in names:
        if name not in parameters.names:
            known = list(parameters.names)
            data = {"known": ", ".join(known) or "none that can be known", "suggestion": did_you_mean(name, known)}
            raise PeakguardError(codes.PARAMETER_UNKNOWN, binding=binding, target=target, name=name, **data)
