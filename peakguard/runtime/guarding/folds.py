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
    to_list = _list_follower(path._replace(steps=path.steps[:place]), path.text, binding)
    # What is behind `[*]` is followed from one element, and told of with the whole path.
    rest = path._replace(root="self", steps=path.steps[place + 1 :])
    to_value = follower(rest, binding) if rest.steps else None
    way = FOLDS[fold]

    def on(total: Any, elements: Iterable[Any]) -> Any:
        for each in elements:
            total = way.step(total, read(each if to_value is None else to_value(each)))
        return total

    if not appended:
        return lambda root: on(way.start, to_list(root))
    running = _Running(way.start, on)
    return lambda root: running.of(to_list(root))


def _list_follower(path: ValuePath, whole: str, binding: str) -> Read:
    follow = follower(path, binding)

    def to_list(root: Any) -> Any:
        found = follow(root)
        if found.__class__ is list:
            return found
        if isinstance(found, str | bytes | Mapping) or not hasattr(found, "__iter__"):
            led = whole.partition("[*]")[0]
            kind = "None" if found is None else type(found).__qualname__
            raise PeakguardError(codes.PATH_FAILED, binding=binding, path=whole, led=led, found=kind, step="[*]")
        return found

    return to_list


class _Seen(NamedTuple):
    """How far a list was folded."""

    elements: Sequence[Any]
    length: int
    last: Any
    total: Any


class _Running:
    """Folds of lists that grow."""

    def __init__(self, start: Any, on: Callable[[Any, Iterable[Any]], Any]) -> None:
        self._start = start
        self._on = on
        self._seen: dict[int, _Seen] = {}

    def of(self, elements: Any) -> Any:
        """The fold of a list, going on from where it was left."""
        if elements.__class__ is not list and not isinstance(elements, Sequence):
            return self._on(self._start, elements)
        seen = self._seen.get(id(elements))
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


def _has_grown(seen: _Seen, elements: Sequence[Any], count: int) -> bool:
    if seen.elements is not elements or seen.length > count:
        return False
    return not seen.length or elements[seen.length - 1] is seen.last
