"""What an invariants policy says, element by element, and how a change of each is judged."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from peakguard.kinds.invariants.model import Invariants
from peakguard.kinds.invariants.scope import scope_of
from peakguard.language.bounded import BOUNDED, under, value_elements
from peakguard.language.change import Direction, Element
from peakguard.language.document import Document
from peakguard.language.elements import NOT_COMPARED, Row, Table, as_set, element, elements_of, length
from peakguard.language.judges import (
    LOST,
    TIGHTER,
    at_most,
    breaks,
    guarantee,
    implied,
    parts,
    reverse,
    words,
)
from peakguard.language.rule_changes import RULE, mode, rule, severity
from peakguard.language.texts import as_meant

_KEPT = ("nullable", "finite", "unit", "values", "type", "list", "record")


def _grace(old: Element | None, new: Element | None) -> Direction:
    """Failures that are borne: `k` of the latest `n`."""
    assert old is not None
    assert new is not None
    if _is_rarer(new.value, old.value):
        return "loosens"
    return "tightens" if _is_rarer(old.value, new.value) else "undetermined"


def _is_rarer(one: tuple[int, int], other: tuple[int, int]) -> bool:
    """Whether the steps at which the first is broken are among those at which the second is."""
    (least, steps), (other_least, other_steps) = one, other
    if steps <= other_steps:
        return least >= other_least
    return steps - least <= other_steps - other_least


TABLE: Table = {
    "state.*": Row(parts(TIGHTER, LOST)),
    **{f"state.*.{key}": BOUNDED[key] for key in _KEPT},
    **under("invariants.*", {key: RULE[key] for key in ("on_null", "error", "message")}),
    "invariants.*": Row(rule),
    "invariants.*.expr": Row(guarantee(implied)),
    "invariants.*.never": Row(guarantee(reverse(implied))),
    "invariants.*.eventually": Row(guarantee(implied)),
    "invariants.*.after": Row(guarantee(reverse(implied))),
    "invariants.*.expect": Row(guarantee(implied)),
    "invariants.*.steps": Row(guarantee(at_most)),
    "invariants.*.duration": Row(guarantee(at_most), length),
    "invariants.*.within": Row(breaks, as_set),
    "invariants.*.when": Row(guarantee(reverse(implied))),
    "invariants.*.severity": Row(severity),
    "invariants.*.grace": NOT_COMPARED,  # one failure is the grace of an invariant that has none
    "invariants.*.mode": Row(mode),
    **under("at_end.*", {key: RULE[key] for key in ("on_null", "error", "message")}),
    "at_end.*": Row(rule),
    "at_end.*.expr": Row(guarantee(implied)),
    "at_end.*.severity": Row(severity),
    "at_end.*.mode": Row(mode),
    "when.on_change": Row(breaks),  # steps that are left out are as if they had not been, also for functions of before
    "when.every": Row(breaks),
    "when.sample": Row(breaks),
    "when.seed": Row(breaks),
    "time": Row(breaks),  # another clock measures other waits
    "keep": Row(words),
    "error": Row(breaks),
}

_GRACE = Row(guarantee(_grace), lambda value: value)
_TEXTS = ("expr", "never", "eventually", "after", "expect", "when")


def elements(document: Document[Invariants], names: Mapping[str, str]) -> Iterator[Element]:
    """The elements of the policy."""
    spec, scope = document.spec, scope_of(document.spec)
    for each in elements_of(document, TABLE):
        is_text = each.path[0] in ("invariants", "at_end") and each.path[2:] and each.path[-1] in _TEXTS
        yield as_meant(each, each.value, scope) if is_text else each
    for name, shape in spec.state.items():
        yield from value_elements(document, ("state", name), shape)
    for name, stated in spec.invariants.items():
        borne = (stated.grace.failures, stated.grace.of) if stated.grace is not None else (1, 1)
        made = element(document, ("invariants", name, "grace"), borne, _GRACE)
        yield made._replace(shown=f"{borne[0]} of {borne[1]}")
