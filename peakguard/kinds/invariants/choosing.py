"""Which steps a monitor is shown: those at which something changed, every so many, or a random share of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from random import Random
from typing import Any

Step = Callable[..., None]


def chosen(step: Step, table: Mapping[str, Any]) -> Step:
    """A function that takes every step and hands some of them on."""
    names = [field["name"] for field in table["state"]]
    if table["steps"]["on_change"]:
        return _changing(step, names)
    numbers = draws(table["steps"])

    def some(*values: Any, **named: Any) -> None:
        if next(numbers):
            step(*values, **named)

    return some


def draws(steps: Mapping[str, Any]) -> Iterator[bool]:
    """For each step in turn whether it is looked at."""
    if steps["every"] is not None:
        while True:
            yield True
            for _ in range(steps["every"] - 1):
                yield False
    random = Random(steps["seed"])  # noqa: S311 # a sample, no secret
    while True:
        yield random.random() < steps["sample"]


def _changing(step: Step, names: list[str]) -> Step:
    last: list[Any] = []

    def changed(*values: Any, **named: Any) -> None:
        now = [*values, *(named[name] for name in names[len(values) :] if name in named)]
        if now == last:
            return
        last[:] = [each.copy() if isinstance(each, list) else each for each in now]
        step(*values, **named)

    return changed
