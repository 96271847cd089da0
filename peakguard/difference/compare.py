"""The changes between two sets of decoded policies."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from peakguard.difference.result import Change, Effect, Policy
from peakguard.language.change import Element, Grade, Perspective
from peakguard.language.document import Document
from peakguard.language.elements import elements_of
from peakguard.language.judges import ADDED, GONE
from peakguard.language.registry import part
from peakguard.syntax.node import Path

Documents = Iterable[Document[Any]]
_Key = tuple[str, Path]


class _Side(NamedTuple):
    """The elements of all policies by scope and key, each with the policy that it belongs to."""

    elements: dict[_Key, tuple[Element, Policy]]
    files: dict[Policy, str]
    effects: dict[_Key, Element]


def changes_between(old: Documents, new: Documents, perspective: Perspective) -> list[Change]:
    """All changes, in the order of the new policies, then what is gone."""
    before, after = _by_name(old), _by_name(new)
    names = {policy: _renames(before[policy], document) for policy, document in after.items() if policy in before}
    old_side, new_side = _side(before, names), _side(after, {})
    found = [*_changed_and_added(old_side, new_side), *_removed(old_side, new_side)]
    return [_finished(each, old_side, new_side, perspective) for each in found]


def _by_name(documents: Documents) -> dict[Policy, Document[Any]]:
    found: dict[Policy, Document[Any]] = {}
    for document in documents:
        found.setdefault(Policy(document.spec.kind, document.spec.name), document)
    return found


def _renames(old: Document[Any], new: Document[Any]) -> Mapping[str, str]:
    changes = part(new.spec.kind, "changes")
    if changes is None or not hasattr(changes, "renames"):
        return {}
    found: Mapping[str, str] = changes.renames(old.spec, new.spec)
    return found


def _side(documents: Mapping[Policy, Document[Any]], names: Mapping[Policy, Mapping[str, str]]) -> _Side:
    side = _Side({}, {policy: document.file for policy, document in documents.items()}, {})
    for policy, document in documents.items():
        for element in _elements(document, names.get(policy, {})):
            key = (element.scope or str(policy), element.key)
            if element.effect:
                side.effects[key] = element
            side.elements.setdefault(key, (element, policy))
    return side


def _elements(document: Document[Any], names: Mapping[str, str]) -> Iterator[Element]:
    """What a kind lists; a kind that lists nothing is compared key by key, and every change of it is breaking."""
    changes = part(document.spec.kind, "changes")
    judge = getattr(changes, "policy", _policy)
    yield Element((), (), document.spec.kind, document.span("name"), judge, "", whole=document.spec)
    yield from changes.elements(document, names) if changes is not None else elements_of(document, {})


def _policy(old: Element | None, new: Element | None) -> Grade:
    """A whole policy that comes or goes."""
    return ADDED if old is None else GONE


class _Found(NamedTuple):
    key: _Key
    policy: Policy
    old: Element | None
    new: Element | None
    grade: Grade


def _changed_and_added(old: _Side, new: _Side) -> Iterator[_Found]:
    for key, (element, policy) in new.elements.items():
        known = old.elements.get(key)
        if known is None and _is_part_of_more(key, old, new):
            continue
        before = known[0] if known is not None else None
        if before is not None and _is_same(before.value, element.value):
            continue
        grade = element.judge(before, element)
        if grade is not None and not _is_mere_effect(element, grade):
            yield _Found(key, policy, before, element, grade)


def _removed(old: _Side, new: _Side) -> Iterator[_Found]:
    for key, (element, policy) in old.elements.items():
        if key in new.elements or _is_part_of_more(key, new, old):
            continue
        grade = element.judge(element, None)
        if grade is not None and not _is_mere_effect(element, grade):
            yield _Found(key, policy, element, None, grade)


def _is_mere_effect(element: Element, grade: Grade) -> bool:
    return bool(element.effect) and grade.level() != "breaking"


def _is_same(old: Any, new: Any) -> bool:
    return bool(old == new) and isinstance(old, bool) == isinstance(new, bool)


def _is_part_of_more(key: _Key, other: _Side, own: _Side) -> bool:
    """Whether something above it came or went as a whole, which says it all."""
    scope, path = key
    above = [(scope, path[:length]) for length in range(len(path))]
    return any(each in own.elements and each not in other.elements for each in above)


def _finished(found: _Found, old: _Side, new: _Side, perspective: Perspective) -> Change:
    element = found.new or found.old
    assert element is not None
    return Change(
        policy=found.policy,
        element=".".join(map(str, element.path)),
        what="added" if found.old is None else "removed" if found.new is None else "changed",
        old=found.old.shown if found.old is not None else None,
        new=found.new.shown if found.new is not None else None,
        old_place=found.old.span if found.old is not None else None,
        new_place=found.new.span if found.new is not None else None,
        grade=found.grade,
        level=found.grade.level(perspective),
        inherited=element.span.file != (new if found.new is not None else old).files[found.policy],
        effects=tuple(_effects(found, old, new)) if found.grade.level() != "patch" else (),
    )


def _effects(found: _Found, old: _Side, new: _Side) -> Iterator[Effect]:
    """What is computed of the part that the change is in."""
    scope, path = found.key
    keys = dict.fromkeys([*old.effects, *new.effects])
    for key in keys:
        before, after = old.effects.get(key), new.effects.get(key)
        if key[0] != scope or key == found.key or path[: len(key[1]) - 1] != key[1][:-1]:
            continue
        if before is not None and after is not None and before.value != after.value:
            yield Effect(after.effect, before.shown, after.shown)
