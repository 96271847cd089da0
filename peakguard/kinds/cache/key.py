"""Values -> the text of a key. Two values that differ, in type too, never have one text."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from pathlib import PurePath
from typing import Any
from uuid import UUID

from peakguard.diagnostics import codes
from peakguard.runtime.errors import PeakguardError

_DEPTH = 50
_LONGEST = 300


def encode(namespace: str, value: Any) -> str:
    """The key of a value for one function, or for none.

    Raises PeakguardError (PG2044) for what has no form that tells it from every other value.
    """
    return json.dumps([namespace, _form(value, "key", 0)], separators=(",", ":"), sort_keys=True)


def _form(value: Any, place: str, depth: int) -> Any:
    """A form in JSON: plain texts, booleans and nothing stand for themselves, all else is `[type, form]`."""
    if depth > _DEPTH:
        raise _refused(value, place, "it is nested too deeply")
    if value is None or value is True or value is False:
        return value
    if type(value) is str:
        return value if _is_text(value) else ["surrogates", value.encode("utf-32-be", "surrogatepass").hex()]
    for known, form in _FORMS.items():
        if type(value) is known:
            return [known.__name__, form(value)]
    if isinstance(value, Enum):
        return ["enum", _named(type(value)), value.name, _form(value.value, place, depth + 1)]
    if isinstance(value, PurePath):
        return [type(value).__name__, str(value)]
    if type(value) is dict:
        pairs = [
            [_form(key, place, depth + 1), _form(each, f"{place}[{shown_of(key)}]", depth + 1)]
            for key, each in value.items()
        ]
        return ["dict", sorted(pairs, key=_text)]
    if type(value) in (list, tuple):
        return [type(value).__name__, _items(value, place, depth)]
    if type(value) in (set, frozenset):
        return [type(value).__name__, sorted(_items(value, place, depth), key=_text)]
    if type(value).__module__ == "numpy" and getattr(value, "ndim", None) == 0:
        return ["numpy", str(value.dtype), _form(value.item(), place, depth + 1)]
    if _is_moment(value):
        return ["moment", _named(type(value)), value.isoformat(), str(getattr(value, "tzinfo", None))]
    raise _refused(value, place, "it has no form that tells it from every other value")


def _items(values: Iterable[Any], place: str, depth: int) -> list[Any]:
    return [_form(each, f"{place}[{index}]", depth + 1) for index, each in enumerate(values)]


def _moment(value: datetime) -> list[str]:
    # Two zones with one offset today differ tomorrow.
    return [value.isoformat(), str(value.fold), str(value.tzinfo)]


_FORMS: Mapping[type, Any] = {
    int: lambda value: format(value, "x"),  # a long one has no decimal text
    float: float.hex,
    bytes: bytes.hex,
    datetime: _moment,
    date: date.isoformat,
    time: lambda value: [value.isoformat(), str(value.fold), str(value.tzinfo)],
    timedelta: lambda value: [value.days, value.seconds, value.microseconds],
    Decimal: str,
    Fraction: str,
    UUID: str,
    complex: lambda value: [value.real.hex(), value.imag.hex()],
}


def shown_of(value: Any) -> str:
    """A value for people; never raises, and is never long."""
    try:
        text = repr(value)
    except Exception:  # noqa: BLE001 # a foreign object may raise what it likes
        text = f"<{type(value).__name__}>"
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


def _is_text(value: str) -> bool:
    """Whether a text is one in every encoding; halves of a character are two, and JSON joins them."""
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def _is_moment(value: Any) -> bool:
    """A moment or a length of time of pandas, which knows nanoseconds."""
    return type(value).__module__.partition(".")[0] == "pandas" and isinstance(value, datetime | timedelta)


def _named(kind: type) -> str:
    return f"{kind.__module__}:{kind.__qualname__}"


def _text(form: Any) -> str:
    return json.dumps(form, sort_keys=True)


def _refused(value: Any, place: str, problem: str) -> PeakguardError:
    return PeakguardError(codes.CACHE_KEY_REFUSED, place=place, type=_named(type(value)), problem=problem)
