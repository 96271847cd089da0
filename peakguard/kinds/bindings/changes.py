"""What bindings say, element by element, and how a change of each is judged.

Producers call a function that is guarded, consumers take what it gives.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from peakguard.kinds.bindings.demanded import of_values
from peakguard.kinds.bindings.model import Binding, Bindings
from peakguard.kinds.bindings.scope import after, before
from peakguard.language.bounded import BOUNDED, under, value_elements
from peakguard.language.change import Element, Grade
from peakguard.language.document import Document
from peakguard.language.elements import NOT_COMPARED, Row, Table, elements_of
from peakguard.language.judges import (
    ADDED,
    BREAKS,
    LOST,
    NEW_GUARD,
    RISKS,
    TIGHTER,
    breaks,
    by,
    guarantee,
    implied,
    parts,
    ranked,
    risks,
    stated,
    words,
)
from peakguard.language.rule_changes import RULE, mode
from peakguard.language.texts import as_meant

_B = "bindings.*"
_ASKED = Row(guarantee(stated))
_REFUSING = ("arguments", "require", "returns", "yields", "ensure", "config", "invariants")


def _binding(old: Element | None, new: Element | None) -> Grade:
    """A function that is guarded, or no longer; what only observes may be added at any time."""
    element = new or old
    assert element is not None
    binding: Binding = element.detail
    enforces = binding.mode == element.whole.mode == "enforce"
    if new is None:
        return LOST if enforces else RISKS._replace(direction="none")
    refuses = any(getattr(binding, key) for key in _REFUSING)
    return ADDED if not enforces else TIGHTER if refuses else NEW_GUARD


def identity(binding: Binding) -> str:
    """What a binding is known by: its function, or the name that a decorator gives it."""
    return binding.target or binding.shown


def _value(prefix: str) -> dict[str, Row]:
    return {
        **under(prefix, BOUNDED),
        prefix: _ASKED,
        f"{prefix}.contract": Row(guarantee(stated)),
    }


def _demand(prefix: str) -> dict[str, Row]:
    return {
        prefix: _ASKED,
        f"{prefix}.expr": Row(guarantee(implied)),
        **under(prefix, {key: RULE[key] for key in ("on_null", "error", "message")}),
    }


TABLE: Table = {
    "bindings": Row(words, name=identity),
    _B: Row(_binding),
    f"{_B}.target": NOT_COMPARED,
    f"{_B}.name": Row(risks),
    f"{_B}.mode": Row(mode),
    f"{_B}.critical": Row(guarantee(ranked(False, True))),
    **_value(f"{_B}.arguments.*"),
    **_value(f"{_B}.returns"),
    **_value(f"{_B}.yields"),
    **{f"{_B}.reads.*.{key}": BOUNDED[key] for key in ("nullable", "finite", "unit", "values")},
    f"{_B}.reads.*": Row(words),  # what is made of it is a demand
    f"{_B}.reads.*.path": Row(breaks),
    f"{_B}.reads.*.fold": Row(breaks),
    f"{_B}.reads.*.appended": Row(risks),
    f"{_B}.reads.*.type": Row(breaks),
    f"{_B}.reads.*.list": Row(breaks),
    f"{_B}.reads.*.record": Row(breaks),
    **_demand(f"{_B}.require.*"),
    **_demand(f"{_B}.ensure.*"),
    f"{_B}.config": _ASKED,
    f"{_B}.cache": Row(parts(RISKS, RISKS)),
    f"{_B}.cache.policy": Row(risks),
    f"{_B}.cache.key": Row(breaks),
    f"{_B}.resilience": Row(parts(NEW_GUARD, LOST, RISKS)),
    f"{_B}.invariants": _ASKED,
    f"{_B}.invariants.policy": Row(breaks),
    f"{_B}.invariants.at": Row(breaks),
    f"{_B}.invariants.state.*": Row(breaks),
    f"{_B}.invariants.state.*.path": Row(breaks),
    f"{_B}.invariants.state.*.fold": Row(breaks),
    f"{_B}.invariants.state.*.appended": Row(risks),
    f"{_B}.writes": Row(words, name=lambda each: each.path),
    f"{_B}.writes.*": Row(parts(NEW_GUARD, LOST)),
    f"{_B}.writes.*.path": NOT_COMPARED,
    f"{_B}.writes.*.atomic": Row(words),
    f"{_B}.writes.*.durability": Row(
        by(ranked("rename", "full"), {"tightens": ADDED._replace(direction="tightens"), "loosens": LOST})
    ),
    f"{_B}.classify": Row(parts(BREAKS, BREAKS)),
    f"{_B}.classify.context.*": Row(words),
    f"{_B}.trace": Row(parts(ADDED, RISKS)),
    f"{_B}.trace.name": Row(risks),
    f"{_B}.trace.fields.*": Row(parts(ADDED, RISKS, RISKS)),
    f"{_B}.checkpoint": Row(parts(ADDED, RISKS, RISKS)),
}


def elements(document: Document[Bindings], names: Mapping[str, str]) -> Iterator[Element]:
    """The elements of all bindings, each by its function or its name."""
    known = {identity(binding): binding for binding in document.spec.bindings}
    for each in elements_of(document, TABLE):
        yield _as_meant(each, known)
    for index, binding in enumerate(document.spec.bindings):
        for _, _, value, path in of_values(binding):
            if value.contract is None:
                for each in value_elements(document, ("bindings", index, *path), value):
                    named = ("bindings", identity(binding))
                    yield each._replace(key=(*named, *each.key[2:]), path=(*named, *each.path[2:]))


def _as_meant(each: Element, known: Mapping[str, Binding]) -> Element:
    if each.path[2:3] not in (("require",), ("ensure",)) or each.path[-1] != "expr":
        return each
    binding = known[str(each.path[1])]
    return as_meant(each, each.value, before(binding) if each.path[2] == "require" else after(binding))
