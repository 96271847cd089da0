"""What a gate policy becomes: plain data, with the checks of each profile in the order in which they are run."""

from __future__ import annotations

from typing import Any

from peakguard.kinds.gate.model import Gate
from peakguard.kinds.gate.names import ALL, check_names
from peakguard.language.document import Document
from peakguard.runtime.lengths import nanoseconds

PLANT = 1.6
"""Times the bound: 8 % where guards may add 5 %."""
_SECTIONS = ("diff", "locks", "rule_tests", "chaos", "replay", "determinism", "overhead", "critical_paths")


def compile_document(document: Document[Gate]) -> dict[str, Any]:
    """The table of a policy that `check` found no error in."""
    spec = document.spec
    table = spec.model_dump(mode="json", include={*_SECTIONS})
    if spec.overhead is not None and spec.overhead.plant is None:
        table["overhead"]["plant"] = round(spec.overhead.max * PLANT, 6)
    return {
        "name": spec.name,
        "mode": spec.mode,
        **table,
        "skip": {name: each.model_dump(mode="json") for name, each in spec.skip.items()},
        "profiles": {
            name: {
                "checks": _ordered(profile.checks),
                "seconds": nanoseconds(profile.budget) / 1e9,
                "budget": profile.budget,
                "paths": profile.paths,
            }
            for name, profile in spec.profiles.items()
        },
    }


def _ordered(asked: tuple[str, ...]) -> list[str]:
    return [name for name in check_names() if name in asked or ALL in asked]
