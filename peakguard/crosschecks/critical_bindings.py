"""Where a project has a catalogue of critical paths, every binding that is critical is in it."""

from collections.abc import Iterator

from peakguard.diagnostics import codes
from peakguard.diagnostics.diagnostic import Diagnostic, found
from peakguard.language.facts import Facts


def crosscheck(facts: Facts) -> Iterator[Diagnostic]:
    """A finding for every critical binding that no row of the catalogue is about."""
    for gate in facts.all("gate"):
        if "paths" not in gate.data:
            continue
        for binding in facts.all("critical binding"):
            if not {binding.name, binding.data["target"]} & set(gate.data["paths"]):
                data = {"binding": binding.name, "gate": gate.name}
                yield found(codes.GATE_BINDING_UNLISTED, binding.span, **data)
