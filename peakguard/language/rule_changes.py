"""How changes of a rule are judged: the rows of the one rule shape, for all kinds that have rules."""

from __future__ import annotations

from typing import Any

from peakguard.language.change import Element, Grade
from peakguard.language.elements import MODES, Row, Table, as_set
from peakguard.language.judges import (
    ADDED,
    BREAKS,
    LOST,
    RISKS,
    TIGHTER,
    at_most,
    breaks,
    guarantee,
    implied,
    ranked,
    reverse,
    words,
)

_REFUSING = ("error", "halt")
_SILENT = RISKS._replace(direction="none")
"""Nothing is refused or let in, but somebody no longer hears of it, or hears of more."""


def refuses(rule: Any, whole: Any) -> bool:
    """Whether a failure of the rule refuses something, rather than being told."""
    modes = (getattr(rule, "mode", "enforce"), whole.mode)
    return modes == ("enforce", "enforce") and getattr(rule, "severity", "error") in _REFUSING


def rule(old: Element | None, new: Element | None) -> Grade:
    """A rule that comes or goes. One that only reports may be added at any time, to be enforced later."""
    if old is None and new is not None:
        return TIGHTER if refuses(new.detail, new.whole) else ADDED
    if old is not None and new is None:
        return LOST if refuses(old.detail, old.whole) else _SILENT
    return BREAKS


def severity(old: Element | None, new: Element | None) -> Grade:
    """How bad a failure is: between those that refuse and those that report, the permitted set moves."""
    assert old is not None
    assert new is not None
    before, after = old.value in _REFUSING, new.value in _REFUSING
    if before == after:
        return _SILENT
    return TIGHTER if after else LOST


def mode(old: Element | None, new: Element | None) -> Grade | None:
    """The weakest mode wins: under a policy that only observes, that of a rule makes no difference."""
    assert old is not None
    assert new is not None
    before, after = (min(MODES.index(each.value), MODES.index(each.whole.mode)) for each in (old, new))
    if before == after:
        return Grade("none", "patch")
    return guarantee(ranked(*range(len(MODES))))(old._replace(value=before), new._replace(value=after))


RULE: Table = {
    "": Row(rule),
    "expr": Row(guarantee(implied)),
    "dataset": Row(guarantee(implied)),
    "call": Row(breaks),
    "reads": Row(breaks),
    "per": Row(breaks),
    "within": Row(breaks, as_set),
    "when": Row(guarantee(reverse(implied))),
    "on_null": Row(guarantee(ranked("pass", "fail"))),
    "severity": Row(severity),
    "error": Row(breaks),
    "message": Row(words),
    "max_fail_rate": Row(guarantee(at_most)),
    "mode": Row(mode),
}
"""By the keys of a rule; `""` is the rule itself."""
