"""Strings that match a portable pattern."""

from __future__ import annotations

import re
from functools import lru_cache
from importlib import import_module
from random import Random
from typing import Any

from peakguard.expression.patterns import portable

# The standard parser has no public name.
kinds, parser = import_module("re._constants"), import_module("re._parser")
_PRINTABLE = [chr(code) for code in range(0x21, 0x7F)]
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"


def string_for(pattern: str, source: Random, least: int = 0, most: int | None = None, tries: int = 200) -> str | None:
    """A string that matches as a whole, of `least` to `most` characters; None where none was found."""
    tree = _tree(pattern)
    for number in range(tries):
        # Ever more generous repeats reach ever longer strings.
        text = _written(tree, source, 2 + number * max(least, 4) // 20)
        if least <= len(text) and (most is None or len(text) <= most):
            return text
    return None


def string_against(pattern: str, source: Random, tries: int = 200) -> str | None:
    """A string that does not match, near one that does; None where the pattern matches everything tried."""
    matches = re.compile(portable(pattern)).fullmatch
    near = string_for(pattern, source) or ""
    for _ in range(tries):
        text = _spoilt(near, source)
        if not matches(text):
            return text
    return None if matches("\n") else "\n"


def _spoilt(text: str, source: Random) -> str:
    place = source.randrange(len(text) + 1)
    way = source.randrange(3)
    if way == 0 and text:
        return text[:place] + text[place + 1 :]
    added = source.choice(_PRINTABLE) if source.random() < 0.7 else source.choice(" ?é")
    return text[:place] + added + text[place + (way == 1) :]


@lru_cache(maxsize=256)
def _tree(pattern: str) -> Any:
    return parser.parse(portable(pattern))


def _written(tree: Any, source: Random, generous: int) -> str:
    return "".join(_piece(kind, value, source, generous) for kind, value in tree)


def _piece(kind: Any, value: Any, source: Random, generous: int) -> str:
    if kind is kinds.LITERAL:
        return chr(value)
    if kind is kinds.NOT_LITERAL:
        return _character([(kinds.NEGATE, None), (kinds.LITERAL, value)], source)
    if kind is kinds.IN:
        return _character(value, source)
    if kind is kinds.BRANCH:
        return _written(source.choice(value[1]), source, generous)
    if kind is kinds.SUBPATTERN:
        return _written(value[3], source, generous)
    assert kind is kinds.MAX_REPEAT, kind
    least, most, inner = value
    times = source.randint(least, min(most, least + generous))
    return "".join(_written(inner, source, generous) for _ in range(times))


def _character(members: Any, source: Random) -> str:
    """A character of a set; of a complement a printable one where there is any."""
    if members[0][0] is kinds.NEGATE:
        rest = [each for each in _PRINTABLE if not _holds(members[1:], ord(each))]
        plain = [each for each in rest if each in _LETTERS]
        return source.choice(plain or rest or [_beyond(members[1:])])
    sizes = [high - low + 1 for low, high in map(_range, members)]
    low, high = _range(source.choices(members, sizes)[0])
    return chr(source.randint(low, high))


def _beyond(members: Any) -> str:
    return next(chr(code) for code in range(1, 0x3000) if not _holds(members, code))


def _holds(members: Any, code: int) -> bool:
    return any(low <= code <= high for low, high in map(_range, members))


def _range(member: Any) -> tuple[int, int]:
    kind, value = member
    if kind is kinds.LITERAL:
        return value, value
    assert kind is kinds.RANGE, kind
    low, high = value
    return low, high
