"""Puts the faults of calls on: before any guard, so that every guard stands around them."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from types import ModuleType
from typing import Any

from peakguard.kinds.chaos.calls import Calls, Planted
from peakguard.kinds.chaos.ledger import Ledger
from peakguard.runtime.errors import PeakguardError
from peakguard.runtime.guarding.hook import Listener, listen, stop_listening
from peakguard.runtime.guarding.modules import names_of, twins
from peakguard.runtime.guarding.standing import Guard, Standing, put_on, take_off


class Placing:
    """The faults by target, put on where modules are loaded and as soon as others are imported."""

    def __init__(self, planted: Mapping[str, Sequence[Planted]], ledger: Ledger) -> None:
        self._calls = {target: Calls(target, faults, ledger) for target, faults in planted.items()}
        self._ledger = ledger
        self._standing: dict[str, list[Standing]] = {target: [] for target in planted}
        self._listener = Listener(self._is_wanted, self._on_import)

    def put_on(self) -> None:
        """Put on what can be, and wait for the rest. A target that is not there is written down, and breaks nothing."""
        listen(self._listener)
        for target in self._calls:
            module = sys.modules.get(_module(target))
            if module is not None:
                self._put(target, module)

    def on_main(self, module: ModuleType) -> bool:
        """Put on the faults of a module that runs as the program itself; tells whether all of them are on."""
        wanted = [target for target in self._calls if _is_main(_module(target), module)]
        for target in wanted:
            if not self._standing[target] and _has(module, target):
                self._put(target, module)
        return all(self._standing[target] for target in wanted)

    def take_off(self) -> None:
        """Take all of them off."""
        stop_listening(self._listener)
        take_off([each for standing in reversed(self._standing.values()) for each in standing])
        self._standing = {target: [] for target in self._calls}

    def _is_wanted(self, name: str, _: str | None) -> bool:
        return any(_module(target) == name for target in self._calls)

    def _on_import(self, module: ModuleType) -> None:
        for target in self._calls:
            if _module(target) == module.__name__:
                self._put(target, module)

    def _put(self, target: str, module: ModuleType) -> None:
        for twin in twins(module):
            if any(each.module is twin and each.place.current() is each.dressed for each in self._standing[target]):
                continue
            try:
                self._standing[target] += put_on([Guard(target, twin, self._calls[target].wrap)])
            except PeakguardError as error:
                self._ledger.note(event="missing", place=target, problem=error.message)


def _module(target: str) -> str:
    return target.partition(":")[0]


def _is_main(name: str, module: ModuleType) -> bool:
    file = names_of(module).get("__file__")
    parts = os.path.splitext(file)[0].split(os.sep) if isinstance(file, str) else []
    return name == "__main__" or name.split(".") == parts[-len(name.split(".")) :]


def _has(module: ModuleType, target: str) -> bool:
    owner: Any = module
    for name in target.partition(":")[2].split("."):
        owner = names_of(owner).get(name) if isinstance(owner, ModuleType) else getattr(owner, name, None)
    return owner is not None
