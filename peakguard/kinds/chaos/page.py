"""What chaos policies say of stability testing: the scenarios, their faults, and what must become of the program."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from peakguard.kinds.chaos.model import Chaos, Fault, Scenario
from peakguard.language.document import Document
from peakguard.language.markdown import block, code, table, words
from peakguard.language.page import Section

_SAYS = (
    "A program is run without faults, then under each fault alone, then under all. Faults are planted in test profiles "
    "only, by seed, so that a run can be repeated."
)
_VERDICTS = {
    "absorbed": "the results are those without faults",
    "clear_error": "it ends with one error that has a code",
    "unclear_error": "it ends with an error that has none",
    "wrong_result": "it ends well with other results",
    "hang": "it does not end",
}


def stability_testing(documents: Sequence[Document[Chaos]]) -> Iterator[Section]:
    """All scenarios of a project."""
    parts = [_SAYS]
    for document in documents:
        profiles = ", ".join(map(code, document.spec.profiles))
        parts.append(f"Policy {code(document.spec.name)} {document.spec.version}, in the profiles {profiles}.")
        parts += [_scenario(name, each) for name, each in document.spec.scenarios.items()]
    rows = [(code(name), says) for name, says in _VERDICTS.items()]
    parts.append("What may become of a program:\n\n" + table(("verdict", "meaning"), rows))
    yield Section("Chaos", "\n\n".join(parts))


def _scenario(name: str, scenario: Scenario) -> str:
    about = f" {words(scenario.description)}" if scenario.description else ""
    line = f"peakguard chaos {name}" + ("" if scenario.command is not None else " -- python PROGRAM")
    rows = [
        (code(each), _happens(fault), fault.expect or scenario.expect or "any")
        for each, fault in scenario.faults.items()
    ]
    together = f"\n\nUnder all of them: {scenario.together}." if scenario.together is not None else ""
    bound = f"A run that takes longer than {scenario.timeout} hangs."
    listed = table(("fault", "what happens", "must be"), rows)
    return f"**Scenario {code(name)}.**{about} {bound}\n\n{block(line, 'console')}\n\n{listed}{together}"


def _happens(fault: Fault) -> str:
    at = f"{code(fault.target)}: " if fault.target is not None else ""
    return at + "; ".join([*_what(fault), *([words(fault.description)] if fault.description else [])])


def _what(fault: Fault) -> Iterator[str]:
    if fault.error is not None:
        yield f"raises {code(fault.error)}"
    if fault.raises is not None:
        yield f"raises {code(fault.raises.type)}"
    if fault.latency is not None:
        yield f"answers {fault.latency} later"
    if fault.hang is not None:
        yield f"does not answer for {fault.hang}"
    if fault.breaks is not None:
        yield f"gives data that break {code(fault.breaks)}"
    if fault.disk is not None:
        yield f"the disk is {fault.disk}"
    if fault.clock is not None:
        yield f"the wall clock jumps by {code(fault.clock)}"
    if fault.kill is not None:
        yield f"a {fault.kill} is killed"
