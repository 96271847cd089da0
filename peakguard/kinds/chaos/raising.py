"""The exceptions that planted faults raise: those of the real world, as the catalog knows them."""

from __future__ import annotations

import builtins
import errno
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from peakguard.runtime.failure.definition import Definition
    from peakguard.runtime.policy_set import PolicySet

_SAYS = "a fault that `peakguard chaos` has planted"
_PLACEHOLDERS = {"bool": True, "int64": 0, "float64": 0.0, "date": "2000-01-01", "datetime": "2000-01-01T00:00:00Z"}


def raiser(policies: PolicySet, form: str, what: Mapping[str, Any]) -> tuple[str, Callable[[], BaseException]]:
    """What is raised, in words, and what makes a new one. Raises what the class of an exception raises when made."""
    if form == "raises":
        kind = _class(what["type"])
        args = what["args"] if what["args"] is not None else [_SAYS]
        kind(*args)
        return f"raises {what['type']}", lambda: kind(*args)
    definition = policies.errors.definition(what["code"])
    for shown, make in _foreign(definition):
        # Only what the catalog takes for this code stands for it.
        with suppress(Exception):
            found = policies.classify(make())
            if found is not None and found.code == definition.code:
                return f"raises {shown}, which is {definition.code}", make
    context = {name: _placeholder(shape) for name, (shape, _) in definition.context.items()} | dict(what["context"])
    return f"raises {definition.code}", lambda: policies.error(definition.code, **context)


def _foreign(definition: Definition) -> Iterator[tuple[str, Callable[[], BaseException]]]:
    """The exceptions of other libraries that are this error, as far as they can be made."""
    for match in sorted(definition.matches, key=_is_far):
        status, number = match.get("http", ""), match.get("errno", "")
        if status.isdecimal():
            yield f"HTTP {status}", partial(_http, int(status))
        elif number:
            value = int(number) if number.isdecimal() else getattr(errno, number, 0)
            yield errno.errorcode.get(value, number), partial(OSError, value, os.strerror(value))
        elif "type" in match:
            with suppress(Exception):
                kind = _class(match["type"])
                for args in ((_SAYS,), (_SAYS, "", 0)):
                    yield match["type"], partial(kind, *args)


def _is_far(match: Mapping[str, str]) -> bool:
    """Whether a library would have to be imported that the program may never use."""
    module = match.get("type", "").rpartition(":")[0]
    return bool(module) and module not in sys.modules


def _http(status: int) -> BaseException:
    from email.message import Message
    from http.client import responses
    from urllib.error import HTTPError

    return HTTPError("http://chaos.invalid/", status, responses.get(status, _SAYS), Message(), None)


def _class(name: str) -> Callable[..., BaseException]:
    module, _, path = name.rpartition(":")
    found: Any = import_module(module) if module else builtins
    for part in path.split("."):
        found = getattr(found, part)
    if not (isinstance(found, type) and issubclass(found, BaseException)):
        raise TypeError(f"{name} is no exception")
    return found


def _placeholder(shape: str | None) -> Any:
    return _PLACEHOLDERS.get(str(shape).partition("[")[0].partition("(")[0], "chaos")
