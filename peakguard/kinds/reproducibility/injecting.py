"""What a run is under beside its environment: what stands in place of the system's."""

from __future__ import annotations

from collections.abc import Mapping
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
