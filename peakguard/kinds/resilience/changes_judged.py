"""Judges of changes that only resilience policies have."""

from __future__ import annotations

from peakguard.kinds.resilience.model import Resilience
from peakguard.language.change import Direction, Element, Grade
from peakguard.language.judges import BREAKS, RISKS

_MORE: Direction = "loosens"


def _policy(element: Element) -> Resilience:
    found: Resilience = element.whole.policies[element.path[1]]
    return found


def _again(element: Element, direction: Direction) -> Grade:
    """Calls that are made again where they were not: harmless only where the policy says so."""
    is_harmless = _policy(element).idempotent is True
    return (RISKS if is_harmless else BREAKS)._replace(direction=direction)


def retries(old: Element | None, new: Element | None) -> Grade:
    """Retries that come or go."""
    return _again(new, _MORE) if new is not None else RISKS._replace(direction="tightens")


def retried(old: Element | None, new: Element | None) -> Grade:
    """The errors after which a call is made again, or never. Without `on` the catalogs decide."""
    element = new or old
    assert element is not None
    before, after = (set(each.value) if each is not None else set() for each in (old, new))
    if element.path[-1] == "never":
        before, after = after, before  # what is taken out of it is retried
    elif not before or not after:
        return _again(element, "undetermined")
    if after < before:
        return RISKS._replace(direction="tightens")
    return _again(element, _MORE if before < after else "both")


def client(old: Element | None, new: Element | None) -> Grade:
    """The library that tries again by itself: a statement, from which attempts are computed."""
    return RISKS


def fallback(old: Element | None, new: Element | None) -> Grade:
    """Values in place of failures: who calls must know."""
    return BREAKS
