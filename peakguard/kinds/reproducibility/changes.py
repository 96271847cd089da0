"""What a reproducibility policy says, element by element, and how a change of each is judged."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from peakguard.kinds.reproducibility.model import Reproducibility
from peakguard.language.change import Element, Grade
from peakguard.language.document import Document
from peakguard.language.elements import Row, Table, as_set, elements_of, size
from peakguard.language.judges import ADDED, GONE, RISKS, breaks, guarantee, ranked, risks


def _more_is_kept(old: Element | None, new: Element | None) -> Grade:
    """A list of what is recorded or seeded: what is taken out can no longer be repeated."""
    before, after = (set(each.value) if each is not None else set() for each in (old, new))
    return ADDED if before < after else GONE


def _seeded(old: Element | None, new: Element | None) -> Grade:
    """Generators of the process: one more that is seeded draws other numbers than before."""
    grade = _more_is_kept(old, new)
    return RISKS if grade is ADDED else grade


_PINNED = Row(breaks)
"""Results follow from it: a run of before is not repeated under another."""

TABLE: Table = {
    "level": Row(guarantee(ranked("recorded", "seeded", "strict"))),
    "seed.globals": Row(_seeded, as_set),
    "pin.hash_seed": _PINNED,
    "pin.threads": _PINNED,
    "pin.timezone": _PINNED,
    "pin.locale": _PINNED,
    "pin.clock": _PINNED,
    "pin.entropy": _PINNED,
    "pin.listing": _PINNED,
    "record": Row(_more_is_kept, as_set),
    "environment": Row(_more_is_kept, as_set),
    "inputs": Row(_more_is_kept, as_set),
    "outputs": Row(_more_is_kept, as_set),
    "keep": Row(risks, size),
}


def elements(document: Document[Reproducibility], names: Mapping[str, str]) -> Iterator[Element]:
    """The elements of the policy."""
    return elements_of(document, TABLE)
