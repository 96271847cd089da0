"""What cache policies say, element by element, and how a change of each is judged."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import inf

from peakguard.kinds.cache.model import Cache, Caches
from peakguard.language.change import Element, Grade
from peakguard.language.document import Document
from peakguard.language.elements import MODES, NOT_COMPARED, Row, Table, as_set, element, elements_of, length, size
from peakguard.language.judges import (
    ADDED,
    BREAKS,
    GONE,
    LOST,
    NEW_GUARD,
    always,
    at_most,
    behaviour,
    breaks,
    by,
    parts,
    protection,
    ranked,
    risks,
    stated,
    words,
)
from peakguard.runtime.lengths import nanoseconds

_AGE = Row(behaviour(at_most), length)
_STALE = Row(risks, length)
_P = "policies.*"


def _kept(*order: str) -> Row:
    """A guarantee on what is kept, from the weakest on: more of it costs time, less of it loses data."""
    return Row(by(ranked(*order), {"tightens": ADDED._replace(direction="tightens"), "loosens": LOST}))


TABLE: Table = {
    "mode": NOT_COMPARED,  # as it holds for each cache
    _P: Row(parts(ADDED, GONE)),
    f"{_P}.description": Row(words),
    f"{_P}.mode": NOT_COMPARED,
    f"{_P}.folder": Row(risks),
    f"{_P}.contract": Row(protection(stated)),
    f"{_P}.ttl": _AGE,
    f"{_P}.stale_while_revalidate": _STALE,
    f"{_P}.stale_if_error": _STALE,
    f"{_P}.negative": Row(risks),
    f"{_P}.negative.ttl": _STALE,
    f"{_P}.negative.on": Row(risks, as_set),
    f"{_P}.negative.empty": Row(risks),
    f"{_P}.max_size": Row(risks, size),
    f"{_P}.max_entries": Row(risks),
    f"{_P}.wait": _STALE,
    f"{_P}.durability": _kept("none", "rename", "full"),
    f"{_P}.verify": _kept("never", "sampled", "first_open", "always"),
    f"{_P}.compression": Row(words),
    f"{_P}.on_corrupt": Row(breaks),
    f"{_P}.network": Row(risks),
}


def _mode(old: Element | None, new: Element | None) -> Grade:
    """A cache that is asked again gives old values; one that is not loses what it promised."""
    assert old is not None
    assert new is not None
    is_more = MODES.index(new.value) > MODES.index(old.value)
    return NEW_GUARD if is_more else LOST


def elements(document: Document[Caches], names: Mapping[str, str]) -> Iterator[Element]:
    """The elements of all caches; their names are global, so they may move to another file."""
    for each in _elements(document):
        yield each._replace(scope="cache policy") if each.path[0] == "policies" else each


def _elements(document: Document[Caches]) -> Iterator[Element]:
    yield from elements_of(document, TABLE)
    for name, cache in document.spec.policies.items():
        mode = min(document.spec.mode, cache.mode, key=MODES.index)
        yield element(document, ("policies", name, "mode"), mode, Row(_mode))
        age = _oldest(cache)
        made = element(
            document, ("policies", name, "oldest"), age, Row(always(BREAKS._replace(consumer="risk", producer="risk")))
        )
        yield made._replace(effect="oldest value that is given", shown=f"{age:.6g} s" if age < inf else "no limit")


def _oldest(cache: Cache) -> float:
    """The age in seconds up to which a value may be given."""
    if cache.ttl is None:
        return inf
    stale = [nanoseconds(each) for each in (cache.stale_while_revalidate, cache.stale_if_error) if each is not None]
    return (nanoseconds(cache.ttl) + max(stale, default=0)) / 1e9


def policy(old: Element | None, new: Element | None) -> Grade:
    """The file itself: what it declares is told by name."""
    return Grade("none", "patch")
