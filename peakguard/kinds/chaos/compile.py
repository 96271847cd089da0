"""What chaos becomes: plain data, with times in seconds."""

from __future__ import annotations

from typing import Any

from peakguard.kinds.chaos.model import Chaos, Fault, Scenario
from peakguard.kinds.chaos.shape import form_of
from peakguard.language.document import Document
from peakguard.language.values import size_in_bytes
from peakguard.runtime.lengths import nanoseconds


def compile_document(document: Document[Chaos]) -> dict[str, Any]:
    """The table of a policy that `check` found no error in."""
    spec = document.spec
    return {
        "name": spec.name,
        "mode": spec.mode,
        "profiles": list(spec.profiles),
        "scenarios": {name: _scenario(document, name, each) for name, each in spec.scenarios.items()},
    }


def _scenario(document: Document[Chaos], name: str, scenario: Scenario) -> dict[str, Any]:
    place = document.key_span("scenarios", name)
    faults = {each: _fault(scenario, fault) for each, fault in scenario.faults.items()}
    return {
        "name": name,
        "origin": f"{place.file}:{place.line}",
        "command": scenario.command,
        "outputs": list(scenario.outputs),
        "stdout": scenario.stdout == "compare",
        "restores": [*scenario.outputs, *scenario.restores],
        "timeout": nanoseconds(scenario.timeout) / 1e9,
        "seed": scenario.seed,
        "together": [scenario.together] if scenario.together else sorted({each["expect"] for each in faults.values()}),
        "order": list(faults),
        "faults": faults,
    }


def _fault(scenario: Scenario, fault: Fault) -> dict[str, Any]:
    form = form_of(fault)
    return {
        "form": form,
        "target": fault.target,
        "what": _what(fault, form),
        "at": _at(fault),
        "after": nanoseconds(fault.at.after) / 1e9 if fault.at.after is not None else 0.0,
        "times": fault.times or 1,
        "expect": fault.expect or scenario.expect,
    }


def _at(fault: Fault) -> list[Any]:
    if fault.at.every is not None:
        return ["every", fault.at.every]
    if fault.at.probability is not None:
        return ["probability", fault.at.probability]
    return ["call", fault.at.call or 1]


def _what(fault: Fault, form: str) -> Any:
    """What the fault is made of, by its form."""
    if form == "error":
        return {"code": fault.error, "context": dict(fault.context)}
    if form == "raises":
        assert fault.raises is not None
        args = fault.raises.args
        return {"type": fault.raises.type, "args": list(args) if args is not None else None}
    if form == "breaks":
        return {"rule": fault.breaks, "contract": fault.contract}
    if form == "disk":
        room = size_in_bytes(fault.room) if fault.room is not None else 0
        return {"how": fault.disk, "paths": list(fault.paths), "room": room}
    if form == "clock":
        assert fault.clock is not None
        length = nanoseconds(fault.clock[1:])
        return {"says": fault.clock, "nanoseconds": -length if fault.clock[0] == "-" else length}
    if form == "kill":
        return fault.kill
    waits = fault.latency or fault.hang
    assert waits is not None
    return nanoseconds(waits) / 1e9
