"""What a chaos policy says, element by element, and how a change of each is judged."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from peakguard.kinds.chaos.model import Chaos
from peakguard.language.change import Element, Grade
from peakguard.language.document import Document
from peakguard.language.elements import Row, Table, as_set, elements_of, length, size
from peakguard.language.judges import ADDED, LOST, among, guarantee, parts, risks, words

_S, _F = "scenarios.*", "scenarios.*.faults.*"
_RISK = Row(risks)
_LENGTH = Row(risks, length)

TABLE: Table = {
    "profiles": Row(guarantee(among), as_set),  # where faults may be put in at all
    _S: Row(parts(ADDED, LOST._replace(direction="none"))),
    f"{_S}.description": Row(words),
    **{f"{_S}.{key}": _RISK for key in ("command", "stdout", "seed", "expect", "together")},
    f"{_S}.outputs": Row(risks, as_set),
    f"{_S}.restores": Row(risks, as_set),
    f"{_S}.timeout": _LENGTH,
    _F: Row(parts(ADDED, LOST._replace(direction="none"))),
    f"{_F}.description": Row(words),
    **{f"{_F}.{key}": _RISK for key in ("target", "error", "breaks", "contract", "disk", "clock", "kill", "times")},
    f"{_F}.expect": _RISK,
    f"{_F}.context.*": _RISK,
    f"{_F}.raises": _RISK,
    f"{_F}.raises.type": _RISK,
    f"{_F}.raises.args": _RISK,
    f"{_F}.latency": _LENGTH,
    f"{_F}.hang": _LENGTH,
    f"{_F}.paths": Row(risks, as_set),
    f"{_F}.room": Row(risks, size),
    **{f"{_F}.at.{key}": _RISK for key in ("call", "every", "probability")},
    f"{_F}.at.after": _LENGTH,
}
"""What a fault does is a matter of tests: a change needs a reason, and breaks nobody. One that is gone shows less."""


def elements(document: Document[Chaos], names: Mapping[str, str]) -> Iterator[Element]:
    """The elements of the scenarios; their names are global, so they may move to another file."""
    for each in elements_of(document, TABLE):
        yield each._replace(scope="scenario") if each.path[0] == "scenarios" else each


def policy(old: Element | None, new: Element | None) -> Grade:
    """The file itself: what it declares is told by name."""
    return Grade("none", "patch")
