"""Exceptions that are remembered, so that a call which is known to fail is not made again for a while."""

from __future__ import annotations

import builtins
import json
import sys
from collections.abc import Sequence
from typing import Any

from peakguard.diagnostics import codes
from peakguard.runtime.errors import PeakguardError
from peakguard.runtime.failure.matching import is_a

_PLAIN = (str, int, float, bool, type(None))


def record_of(error: Exception) -> bytes | None:
    """The bytes that an exception is remembered by; None for one that would not come back as what it is."""
    kind = type(error)
    if not all(type(each) in _PLAIN for each in error.args) or "<locals>" in kind.__qualname__:
        return None
    try:
        again = kind(*error.args)
        is_same = again.args == error.args and str(again) == str(error) and _kept(again) == _kept(error)
    except Exception:  # noqa: BLE001 # a constructor that wants more, or a text that cannot be made
        return None
    record = {"class": f"{kind.__module__}:{kind.__qualname__}", "args": list(error.args), "text": str(error)}
    return json.dumps(record, sort_keys=True).encode("ascii") if is_same else None


def _kept(error: Exception) -> dict[str, Any]:
    return {name: value for name, value in vars(error).items() if name not in ("__notes__", "peakguard")}


def error_of(data: bytes, cache: str, wanted: Sequence[str]) -> Exception:
    """The exception to raise: one of the same class where that is loaded and made of plain values, else PG2046.

    Only classes that the policy names are made, whatever the record says. Raises ValueError for what is no record.
    """
    record = json.loads(data)
    if not isinstance(record, dict):
        raise ValueError("it is no record of an exception")  # noqa: TRY004 - data of the wrong form, not an argument of a wrong type
    kind, given = _class(str(record.get("class"))), record.get("args")
    if kind is not None and isinstance(given, list) and any(is_a(each, kind) for each in wanted):
        try:
            return kind(*given)
        except Exception:  # noqa: BLE001, S110 # a constructor that wants more than it kept; the error below says the rest
            pass
    error, text = str(record.get("class")).replace("builtins:", ""), str(record.get("text"))
    return PeakguardError(codes.CACHE_REMEMBERED, cache=cache, error=error, text=text)


def _class(path: str) -> type[Exception] | None:
    """A class that is loaded already: what lies in a cache must not decide what is imported."""
    module, _, name = path.partition(":")
    found: Any = builtins if module == "builtins" else sys.modules.get(module)
    for part in name.split("."):
        found = getattr(found, part, None)
    return found if isinstance(found, type) and issubclass(found, Exception) else None
