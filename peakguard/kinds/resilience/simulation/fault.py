"""The exceptions that a scripted dependency fails with."""

from __future__ import annotations

import builtins
from typing import Any

from peakguard.kinds.resilience.patterns import is_class
from peakguard.runtime.errors import PeakguardError
from peakguard.runtime.failure.built_ins import blank
from peakguard.runtime.failure.catalogued import class_of
from peakguard.runtime.policy_set import PolicySet


class ScriptedStatus(Exception):
    """A status that a dependency answers with."""

    def __init__(self, status: int) -> None:
        super().__init__(f"HTTP {status}")
        self.status = status


def fault_of(pattern: str, policies: PolicySet) -> Exception | None:
    """A new exception of a code, a class or a status; None for what a dependency cannot fail with.

    `module:Class` is stood in for by a class of that name without its bases: nothing of the program is imported.
    """
    if pattern.startswith("http:"):
        return ScriptedStatus(int(pattern.removeprefix("http:").replace("x", "0")))
    if ":" in pattern:
        module, _, name = pattern.partition(":")
        kind: type[Exception] = type(name.rpartition(".")[2], (Exception,), {"__module__": module})
        kind.__qualname__ = name
        return kind("scripted")
    if is_class(pattern):
        return _built_in(getattr(builtins, pattern))
    definition = policies.errors.find(pattern)
    if definition is None:
        return None
    error: Any = blank(class_of(definition))
    PeakguardError.__init__(error, definition.code)
    found: Exception = error
    return found


def _built_in(kind: type[BaseException]) -> Exception | None:
    if not issubclass(kind, Exception):
        return None  # KeyboardInterrupt is no answer of a dependency
    if issubclass(kind, ExceptionGroup):
        return kind("scripted", [RuntimeError("scripted")])
    try:
        return kind("scripted")
    except TypeError:  # UnicodeDecodeError and its kin want more
        return blank(kind)
