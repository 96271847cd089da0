"""The five marks of a diagnosis, each looked for in what the first error printed."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, NamedTuple

from peakguard.runtime.policy_set import PolicySet
from tests.diagnosis.dying import Printed, bare, guarded
from tests.diagnosis.fault import Fault

NAMES = ("code", "place", "value", "run", "hint")
_OF_OTHERS = re.compile(r"HTTP Error \d{3}|\[Errno \d+\]")
"""What other libraries have for codes."""


class Marks(NamedTuple):
    """Whether an error names the code, file and line, the offending value, the run, and a hint that mends it."""

    code: bool
    place: bool
    value: bool
    run: bool
    hint: bool

    @property
    def are_all(self) -> bool:
        """Whether the error alone is enough."""
        return all(self)


class Diagnosis(NamedTuple):
    """A fault, and what its first error says, bare and guarded. `is_mended`: what the hint says helps."""

    fault: Fault
    bare: Marks
    guarded: Marks
    is_mended: bool
    said: tuple[str, str]

    def to_dict(self) -> dict[str, Any]:
        """The line of the JSON report."""
        return {
            "id": self.fault.id,
            "title": self.fault.title,
            "group": self.fault.group,
            "code": self.fault.code,
            "bare": self.bare._asdict(),
            "guarded": self.guarded._asdict(),
            "mended": self.is_mended,
        }


def diagnose(fault: Fault, folder: Path, policies: PolicySet, known: dict[str, Printed]) -> Diagnosis:
    """Run a fault bare, guarded, and guarded after what the hint says was done; `known` are mended runs so far."""
    places = [folder / name for name in ("bare", "guarded", "mended")]
    for place in places:
        place.mkdir(parents=True)
    without = bare(fault.setup(places[0], policies, False))
    found = guarded(fault.setup(places[1], policies, False), policies)
    mended = known.get(fault.mended_like or fault.id)
    if mended is None:
        mended = guarded(fault.setup(places[2], policies, True), policies)
        known[fault.mended_like or fault.id] = mended
    return Diagnosis(
        fault,
        marks_of(fault, without, is_mended=mended.is_well),
        marks_of(fault, found, is_mended=mended.is_well),
        mended.is_well,
        (without.text, found.text if mended.is_well else f"{found.text}\n--- after mending ---\n{mended.text}"),
    )


def marks_of(fault: Fault, printed: Printed, *, is_mended: bool) -> Marks:
    """What an error says. A program that ends well says nothing, whatever it printed."""
    if printed.is_well:
        return Marks(code=False, place=False, value=False, run=False, hint=False)
    text = printed.text
    return Marks(
        code=re.search(rf"\b{fault.code}\b", text) is not None or _OF_OTHERS.search(text) is not None,
        place=any(re.search(each, text) for each in fault.place),
        value=bool(text) and all(re.search(each, text) for each in fault.values),
        run=bool(printed.run_id) and printed.run_id in text,
        hint=is_mended and re.search(fault.hint, text) is not None,
    )
