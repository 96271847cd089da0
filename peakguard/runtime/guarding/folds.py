"""One value of all elements of a list: their sum, their number, the least, the greatest, the first or the last."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from peakguard.diagnostics import codes
from peakguard.runtime.errors import PeakguardError
from peakguard.runtime.guarding.paths import EVERY, ValuePath, follower

_KEPT = 8
"""Lists that a running fold remembers, the latest that it came to know."""


class _Way(NamedTuple):
    """How a fold begins and goes on. It begins with None where no elements have no value."""

    start: Any
    step: Callable[[Any, Any], Any]


FOLDS: Mapping[str, _Way] = {
    "sum": _Way(0, lambda total, each: total + each),
    "count": _Way(0, lambda total, _: total + 1),
    "min": _Way(None, lambda least, each: each if least is None or each < least else least),
    "max": _Way(None, lambda most, each: each if most is None or each > most else most),
    "first": _Way(None, lambda first, each: each if first is None else first),
    "last": _Way(None, lambda _, each: each),
}
Read = Callable[[Any], Any]


def is_one_list(path: ValuePath) -> bool:
    """Whether a path leads through the elements of one list."""
    return path.steps.count(EVERY) == 1


def folded(path: ValuePath, fold: str, read: Read, binding: str, *, appended: bool) -> Read:
    """A function from the value that a path starts at to the fold of all values it leads to, from first to last.

    `read` makes a canonical value of each. With `appended` an element is read once: a list that has grown is folded on
    from where it ended; one that is shorter, or has another element at that place, is folded anew.

    Raises PeakguardError (PG2084) for a path that leads nowhere, and what `read` raises.
    """
    place = path.steps.index(EVERY)
    to_list = follower(path._replace(steps=path.steps[:place]), binding)
    of = folding(path, fold, read, binding, appended=appended)
    return lambda root: of(to_list(root))


def folding(path: ValuePath, fold: str, read: Read, binding: str, *, appended: bool) -> Read:
    """As `folded`, from the list that the part of the path ahead of `[*]` leads to."""
    place = path.steps.index(EVERY)
    # What is behind `[*]` is followed from one element, and told of with the whole path.
    rest = path._replace(root="self", steps=path.steps[place + 1 :])
    to_value = follower(rest, binding) if rest.steps else None
    way = FOLDS[fold]

    def on(total: Any, elements: Iterable[Any]) -> Any:
        for each in elements:
            total = way.step(total, read(each if to_value is None else to_value(each)))
        return total

    def once(elements: Any) -> Any:
        _check_list(elements, path.text, binding)
        return on(way.start, elements)

    return _Running(way.start, on, once).of if appended else once


def _check_list(found: Any, path: str, binding: str) -> None:
    if found.__class__ is list:
        return
    if isinstance(found, str | bytes | Mapping) or not hasattr(found, "__iter__"):
        led = path.partition("[*]")[0]
        kind = "None" if found is None else type(found).__qualname__
        raise PeakguardError(codes.PATH_FAILED, binding=binding, path=path, led=led, found=kind, step="[*]")


class _Seen(NamedTuple):
    """How far a list was folded."""

    elements: Sequence[Any]
    length: int
    last: Any
    total: Any


class _Running:
    """Folds of lists that grow. `once` folds what is none, or refuses it."""

    def __init__(self, start: Any, on: Callable[[Any, Iterable[Any]], Any], once: Read) -> None:
        self._start = start
        self._on = on
        self._once = once
        self._seen: dict[int, _Seen] = {}

    def of(self, elements: Any) -> Any:
        """The fold of a list, going on from where it was left."""
        seen = self._seen.get(id(elements))
        if seen is None and not _is_held(elements):
            return self._once(elements)
        count = len(elements)
        if seen is not None and 0 < seen.length == count and seen.elements is elements and elements[-1] is seen.last:
            return seen.total
        if seen is None or not _has_grown(seen, elements, count):
            seen = _Seen(elements, 0, None, self._start)
        total = self._on(seen.total, (elements[place] for place in range(seen.length, count)))
        self._keep(_Seen(elements, count, elements[count - 1] if count else None, total))
        return total

    def _keep(self, seen: _Seen) -> None:
        """A list that is remembered stays alive, so that no other takes its id."""
        key = id(seen.elements)
        if key in self._seen:
            self._seen[key] = seen
        else:
            others = tuple(self._seen.values())[1 - _KEPT :]
            self._seen = {**{id(each.elements): each for each in others}, key: seen}


def _is_held(elements: Any) -> bool:
    return elements.__class__ is list or (isinstance(elements, Sequence) and not isinstance(elements, str | bytes))


def _has_grown(seen: _Seen, elements: Sequence[Any], count: int) -> bool:
    if seen.elements is not elements or seen.length > count:
        return False
    return not seen.length or elements[seen.length - 1] is seen.last
