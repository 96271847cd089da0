"""The generators that a process has one of: seeded at once where their library is there, else when it comes."""

from __future__ import annotations

import random
import sys
from collections.abc import Collection
from types import ModuleType
from typing import Any

from peakguard.runtime.guarding.hook import Listener, listen, stop_listening
from peakguard.runtime.seeding import derived

_MODULES = {"numpy.random": "numpy", "torch": "torch", "tensorflow": "tensorflow"}
"""The module that has the generator, and the name of it in policies."""

_waiting: list[Listener] = []
"""For libraries that are still to come: of the latest seed, as what it is given to."""


def seed_globals(seed: int, chosen: Collection[str]) -> None:
    """Seed the generators of the process that a policy names; each gets numbers of its own."""
    if "random" in chosen:
        random.seed(derived(seed, "global", "random"))
    for name, known in _MODULES.items():
        module = sys.modules.get(name)
        if module is not None and known in chosen:
            _seed(module, seed)
    waited = {name for name, known in _MODULES.items() if known in chosen and name not in sys.modules}
    for listener in _waiting:
        stop_listening(listener)
    _waiting[:] = [Listener(lambda name, _: name in waited, lambda module: _seed(module, seed))] if waited else []
    for listener in _waiting:
        listen(listener)


def _seed(module: ModuleType, seed: int) -> None:
    number = derived(seed, "global", _MODULES[module.__name__]) & 0xFFFF_FFFF
    library: Any = module
    if module.__name__ == "numpy.random":
        library.seed(number)
    elif module.__name__ == "torch":
        library.manual_seed(number)
    else:
        library.random.set_seed(number)
