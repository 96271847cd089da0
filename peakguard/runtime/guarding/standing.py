"""The guards that stand: put on in any order, taken off in any order, with every alias kept in step."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from types import ModuleType
from typing import Any, NamedTuple

from peakguard.runtime.guarding.modules import namespaces
from peakguard.runtime.guarding.places import Place, find
from peakguard.runtime.guarding.writing import Wrapper, disarm


class Guard(NamedTuple):
    """A target in a loaded module, and what makes the wrapper for the function that is found there."""

    target: str
    module: ModuleType
    build: Callable[[Callable[..., Any]], Wrapper]


class Standing:
    """One guard at one place. `rebound` names the modules whose own copies of the target were replaced."""

    __slots__ = ("dressed", "is_off", "lower", "module", "place", "rebound", "wrapper")

    def __init__(self, module: ModuleType, place: Place, wrapper: Wrapper, dressed: Any) -> None:
        self.module = module
        self.place = place
        self.wrapper = wrapper
        self.lower = place.raw
        """What lay there before: what the target was, or the guard below."""
        self.dressed = dressed
        self.rebound: list[str] = []
        self.is_off = False


class _Key(NamedTuple):
    owner: int
    name: str


_lock = threading.RLock()
_stacks: dict[_Key, list[Standing]] = {}


def put_on(guards: Iterable[Guard]) -> list[Standing]:
    """Put guards around their targets, and replace what other modules hold of them, all of it in one pass.

    Where one cannot be put on, none is. Raises PeakguardError for a target that is not there or takes no guard.
    """
    made: list[Standing] = []
    with _lock:
        try:
            made.extend(map(_put_on, guards))
            # Of two places with one function, copies belong to the one where it is defined.
            claiming = sorted((each for each in made if each.place.claims_copies), key=lambda each: each.place.is_home)
            _rebind({id(_named(each.lower)): each for each in claiming})
        except BaseException:
            take_off(made)
            raise
    return made


def _put_on(guard: Guard) -> Standing:
    place = find(guard.target, guard.module)
    key = _Key(id(place.owner), place.name)
    stack = _stacks.get(key, [])
    if not stack or stack[-1].dressed is not place.raw:
        stack = _stacks[key] = []  # the module was reloaded, or somebody else put something there
    wrapper = guard.build(place.function)
    dressed = place.dressed(wrapper.function)
    place.put(dressed)
    standing = Standing(guard.module, place, wrapper, dressed)
    stack.append(standing)
    return standing


def take_off(standings: Iterable[Standing]) -> None:
    """Take guards off. Who holds a wrapper somewhere else calls the function itself through it from now on."""
    with _lock:
        back: dict[int, Any] = {}
        for standing in reversed(list(standings)):
            if not standing.is_off:
                standing.is_off = True
                disarm(standing.wrapper, standing.place.function)
                back |= _uncover(standing)
        if back:
            _give_back(back)


def _uncover(standing: Standing) -> dict[int, Any]:
    """Lift off all guards on top that are off, so that what is below lies bare; gives old and new by identity."""
    key = _Key(id(standing.place.owner), standing.place.name)
    stack = _stacks.get(key, [])
    lifted: dict[int, Any] = {}
    while stack and stack[-1].is_off:
        top = stack[-1]
        if top.place.current() is not top.dressed:
            break  # somebody else stands on it; what they hold is disarmed
        below = stack[-2] if len(stack) > 1 else None
        if below is None:
            top.place.restore()
        else:
            top.place.put(below.dressed)
        lifted[id(_named(top.dressed))] = _named(top.lower)
        stack.pop()
    if not stack:
        _stacks.pop(key, None)
    # Of several that were lifted, whoever held the topmost gets what lies bare now.
    final = next(reversed(lifted.values()), None)
    return dict.fromkeys(lifted, final)


def _named(lying: Any) -> Any:
    """What an import of the name would give, of what lies in an owner."""
    return lying.__func__ if isinstance(lying, staticmethod | classmethod) else lying


def _rebind(by_old: dict[int, Standing]) -> None:
    for module, names in _foreign_namespaces():
        for name, value in list(names.items()):
            standing = by_old.get(id(value))
            while standing is not None:
                standing.rebound.append(f"{module}.{name}")
                names[name] = _named(standing.dressed)
                standing = by_old.get(id(names[name]))


def _give_back(by_old: Mapping[int, Any]) -> None:
    for _, names in _foreign_namespaces():
        for name, value in list(names.items()):
            if id(value) in by_old:
                names[name] = by_old[id(value)]


def _foreign_namespaces() -> Iterator[tuple[str, dict[str, Any]]]:
    """All but our own: what peakguard itself calls is not guarded by peakguard."""
    return ((module, names) for module, names in namespaces() if module.partition(".")[0] != "peakguard")
