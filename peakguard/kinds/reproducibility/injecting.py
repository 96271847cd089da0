"""What a run is under beside its environment: what stands in place of the system's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from importlib import import_module
from typing import Any

from peakguard.kinds.reproducibility.runtime import note_injected


def inject(pin: Mapping[str, Any], seed: int | None, clock_ns: int) -> None:
    """Put in place what the pins ask for."""
    if pin["clock"] == "injected":
        from peakguard.kinds.reproducibility.injected.clock import inject_clock

        inject_clock(clock_ns)
        note_injected("clock", "injected")
    if pin["entropy"] == "injected":
        from peakguard.kinds.reproducibility.injected.entropy import inject_entropy

        inject_entropy(seed or 0)
        note_injected("entropy", "injected")
    if pin["listing"] == "sorted":
        from peakguard.kinds.reproducibility.injected.listing import inject_listing

        inject_listing()
        note_injected("listing", "sorted")


def disturb(how: Mapping[str, Any], seed: int | None) -> None:
    """Make one thing otherwise than usual, or usual in a way that can be repeated; `how` comes from `determinism`."""
    if how.get("listing") == "reversed":
        from peakguard.kinds.reproducibility.injected.listing import inject_listing

        inject_listing(is_reversed=True)
    if "entropy" in how:
        from peakguard.kinds.reproducibility.injected.entropy import inject_entropy

        inject_entropy(seed or 0, how["entropy"])
    if "schedule" in how:
        from peakguard.kinds.reproducibility.injected.schedule import keep_order, reverse_order

        (reverse_order if how["schedule"] == "reversed" else keep_order)()


def arrange_memory(how: Mapping[str, Any]) -> None:
    """Arrange addresses: last of all, for whatever is done afterwards leaves gaps again."""
    if "memory" in how:
        from peakguard.kinds.reproducibility.injected.memory import disturb_memory, settle_memory

        if how["memory"] == "kept":
            settle_memory()
        else:
            disturb_memory(how["memory"])


def import_first(modules: Sequence[str]) -> None:
    """Import modules before the program does, in the given order; one that cannot be is left to the program."""
    for name in modules:
        with suppress(Exception):
            import_module(name)
