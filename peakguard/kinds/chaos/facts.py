"""What others may know of chaos: the scenarios, and where each fault names a target."""

from __future__ import annotations

from collections.abc import Iterator

from peakguard.kinds.chaos.model import Chaos
from peakguard.language.document import Document
from peakguard.language.facts import Fact


def facts(document: Document[Chaos]) -> Iterator[Fact]:
    """A fact for every scenario, and one for every fault with a target."""
    for name, scenario in document.spec.scenarios.items():
        at = ("scenarios", name)
        yield Fact("chaos scenario", name, document.key_span(*at), {"command": scenario.command})
        for fault_name, fault in scenario.faults.items():
            if fault.target is None:
                continue
            place = (*at, "faults", fault_name)
            data = {
                "target": fault.target,
                "breaks": fault.breaks,
                "contract": fault.contract,
                "rule": list(document.span(*place, "breaks")) if fault.breaks is not None else None,
            }
            yield Fact("fault", f"{name}.{fault_name}", document.span(*place, "target"), data)
