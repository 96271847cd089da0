"""Which entry of `matches:` a foreign exception falls under: the most specific one."""

from __future__ import annotations

import errno
import sys
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from peakguard.runtime.failure.definition import Definition
from peakguard.runtime.failure.written import written
from peakguard.runtime.pattern import finder

LONGEST_MESSAGE = 1000
"""Characters of a message in which a pattern is looked for."""
_EXACT, _OWN_CLASS, _FAMILY, _BASE_CLASS = range(4)


class Match(NamedTuple):
    """A definition, the entry that speaks for it, and how special that is: less is more."""

    rank: tuple[int, int, int]
    definition: Definition
    entry: Mapping[str, str]


def best_match(error: BaseException, definitions: Iterable[Definition]) -> Match | None:
    """The most specific entry that an exception satisfies.

    More conditions come before fewer; then a status, errno or message before the class itself, that before a family
    of statuses (`5xx`), and that before a base class, the nearest first; of equals the one declared first.
    """
    found: Match | None = None
    for definition in definitions:
        for entry in definition.matches:
            rank = _rank(entry, error)
            if rank is not None and (found is None or rank < found.rank):
                found = Match(rank, definition, entry)
    return found


def _rank(entry: Mapping[str, str], error: BaseException) -> tuple[int, int, int] | None:
    precision, distance = _BASE_CLASS, 0
    for key, wanted in entry.items():
        if key == "type":
            place = _distance(wanted, type(error))
            if place is None:
                return None
            precision, distance = min(precision, _BASE_CLASS if place else _OWN_CLASS), place
        elif not _TESTS[key](wanted, error):
            return None
        else:
            precision = min(precision, _FAMILY if "x" in wanted.lower() and key == "http" else _EXACT)
    return -len(entry), precision, distance


def _distance(path: str, kind: type[BaseException]) -> int | None:
    """How far above an exception's class another stands, 0 for itself; None where it is none of its bases.

    The class is looked up among the modules that are loaded: where its module is not, nothing of it was raised.
    """
    module, _, name = path.rpartition(":") if ":" in path else path.rpartition(".")
    for place, each in enumerate(kind.__mro__):
        if each.__qualname__ == name and each.__module__ == (module or "builtins"):
            return place
    found: Any = sys.modules.get(module)
    for part in name.split("."):
        found = getattr(found, part, None)
    return kind.__mro__.index(found) if isinstance(found, type) and found in kind.__mro__ else None


def status_of(error: BaseException) -> int | None:
    """The HTTP status an exception carries: where httpx, requests, aiohttp, urllib and botocore's kin keep it."""
    for holder in (read(error, "response"), error):
        for name in ("status_code", "status", "code", "http_status"):
            value = read(holder, name)
            if isinstance(value, int) and not isinstance(value, bool) and 100 <= value <= 599:
                return int(value)
    return None


def read(holder: Any, name: str) -> Any:
    """An attribute of a foreign object; None where there is none, or where it cannot be read."""
    try:
        return getattr(holder, name, None)
    except Exception:  # noqa: BLE001 # a property of a foreign exception may raise what it likes
        return None


def is_a(path: str, kind: type[BaseException]) -> bool:
    """Whether an exception's class, or one of its bases, is the one at `module:Class`; a bare name is a built-in."""
    return _distance(path, kind) is not None


def has_status(wanted: str, error: BaseException) -> bool:
    """Whether an exception carries an HTTP status such as `429` or `5xx`."""
    status = status_of(error)
    return status is not None and all(w in ("x", "X", s) for w, s in zip(wanted, str(status), strict=True))


def _has_errno(wanted: str, error: BaseException) -> bool:
    number = read(error, "errno")
    return number is not None and number == (int(wanted) if wanted.isdecimal() else getattr(errno, wanted, None))


def _says(pattern: str, error: BaseException) -> bool:
    return finder(pattern)(written(error, LONGEST_MESSAGE))


_TESTS = {"http": has_status, "errno": _has_errno, "message": _says}
