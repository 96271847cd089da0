"""What an observability policy says, element by element, and how a change of each is judged."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from peakguard.kinds.observability.model import Observability
from peakguard.language.change import Element, Grade
from peakguard.language.document import Document
from peakguard.language.elements import Row, Table, as_set, elements_of, length, size
from peakguard.language.judges import ADDED, GONE, LOST, NEW_GUARD, breaks, by, parts, ranked, risks


def _written(old: Element | None, new: Element | None) -> Grade:
    """Parts of every record: one more harms nobody, one that is missing is missed."""
    before, after = (set(each.value) if each is not None else set() for each in (old, new))
    return ADDED if before < after else GONE


def _hidden(old: Element | None, new: Element | None) -> Grade:
    """What is struck out: less of it lets secrets out, more of it hides what somebody reads."""
    before, after = (set(each.value) if each is not None else set() for each in (old, new))
    return NEW_GUARD if before < after else LOST


def _strikes(*, more: bool) -> Row:
    """A switch that strikes out more where it has this value."""
    return Row(by(ranked(not more, more), {"tightens": NEW_GUARD, "loosens": LOST}))


_RISK = Row(risks)

TABLE: Table = {
    "fields": Row(_written, as_set),
    "sinks.*": Row(parts(ADDED, GONE)),
    "sinks.*.to": Row(breaks),
    "sinks.*.format": Row(breaks),
    "sinks.*.level": _RISK,
    "sinks.*.rotate": Row(risks, size),
    "sinks.*.keep": _RISK,
    "levels.*": _RISK,
    "sample.*": _RISK,
    "sample.*.first": _RISK,
    "sample.*.then": _RISK,
    "sample.*.per": Row(risks, length),
    "redact.keys": Row(_hidden, as_set),
    "redact.builtin": _strikes(more=True),
    "redact.detectors": Row(_hidden, as_set),
    "redact.environment": _strikes(more=True),
    "exceptions.frames": _RISK,
    "exceptions.locals": _strikes(more=False),
    "limits.event": Row(risks, size),
    "limits.depth": _RISK,
}


def elements(document: Document[Observability], names: Mapping[str, str]) -> Iterator[Element]:
    """The elements of the policy."""
    return elements_of(document, TABLE)
