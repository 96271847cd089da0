"""Paths to values of a call: `args.df`, `self.cash`, `result.fills[*].price`."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from peakguard.diagnostics import codes
from peakguard.runtime.errors import PeakguardError

ROOTS = ("args", "self", "result")
_PATH = re.compile(r"(args|self|result)((?:\.[A-Za-z_]\w*|\[\*\]|\[-?[0-9]{1,9}\])*)", re.ASCII)
_STEP = re.compile(r"\.([A-Za-z_]\w*)|\[(\*)\]|\[(-?[0-9]+)\]", re.ASCII)
EVERY = "*"


class ValuePath(NamedTuple):
    """Where a value starts and the steps to it: names, places in a list, and `*` for all its elements.

    The first step of `args` is the parameter.
    """

    text: str
    root: str
    steps: tuple[str | int, ...]


@lru_cache(maxsize=1024)
def parse_path(text: str) -> ValuePath | None:
    """The parts of a path, None where it is none."""
    match = _PATH.fullmatch(text)
    if match is None:
        return None
    steps: list[str | int] = []
    for name, every, place in _STEP.findall(match[2]):
        steps.append(name or every or int(place))
    if match[1] == "args" and not (steps and isinstance(steps[0], str) and steps[0] != EVERY):
        return None
    return ValuePath(text, match[1], tuple(steps))


def follower(path: ValuePath, binding: str) -> Callable[[Any], Any]:
    """A function from the value that a path starts at to the value that it leads to.

    A name is an attribute, or a key of a mapping. After `[*]` the rest of the path is followed for each element, and
    the result is a list. Raises PeakguardError (PG2084), which names the binding, the path and how far it led.
    """
    steps = path.steps[1:] if path.root == "args" else path.steps

    def follow(value: Any) -> Any:
        return _follow(value, steps, 0, path, binding)

    if EVERY in steps:
        return follow

    def step_by_step(value: Any) -> Any:
        found = value
        try:
            for step in steps:
                found = stepped(found, step)
        except Exception:  # noqa: BLE001 # the other way says how far it led
            return follow(value)
        return found

    return step_by_step


def _follow(value: Any, steps: tuple[str | int, ...], at: int, path: ValuePath, binding: str) -> Any:
    for place in range(at, len(steps)):
        step = steps[place]
        try:
            if step == EVERY:
                return [_follow(each, steps, place + 1, path, binding) for each in value]
            value = stepped(value, step)
        except PeakguardError:
            raise
        except Exception as error:
            led = _written(path, place)
            found = "None" if value is None else type(value).__qualname__
            data = {"binding": binding, "path": path.text, "led": led, "found": found, "step": _shown(step)}
            raise PeakguardError(codes.PATH_FAILED, **data) from error
    return value


OBJECTS: set[type] = set()
"""Classes that are known to be no mappings, of which there are few; to ask each time costs more than the step."""
_MOST_OBJECTS = 1000


def stepped(value: Any, step: str | int) -> Any:
    """One step: an attribute, the key of a mapping, or a place in a list."""
    if value.__class__ in OBJECTS and step.__class__ is str:
        return getattr(value, step)
    if isinstance(step, int) or isinstance(value, Mapping):
        return value[step]
    if len(OBJECTS) < _MOST_OBJECTS:
        OBJECTS.add(value.__class__)
    return getattr(value, step)


def _written(path: ValuePath, steps: int) -> str:
    kept = path.steps[: steps + (path.root == "args")]
    return path.root + "".join(map(_shown, kept))


def _shown(step: str | int) -> str:
    return f"[{step}]" if isinstance(step, int) or step == EVERY else f".{step}"
