"""`accept:` lines: which changes they cover, and which of them cover nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from peakguard.diagnostics import codes
from peakguard.diagnostics.diagnostic import Diagnostic, found
from peakguard.diagnostics.span import Span
from peakguard.difference.result import Change, Policy
from peakguard.difference.versions import is_later
from peakguard.language.document import Document

Documents = Sequence[Document[Any]]


class _Line(NamedTuple):
    policy: Policy
    change: str
    reason: str
    span: Span


def accepted(old: Documents, new: Documents, changes: Sequence[Change]) -> tuple[list[Change], list[Diagnostic]]:
    """The changes with the reasons that cover them, and findings about lines that cover none, or cannot."""
    before = {Policy(each.spec.kind, each.spec.name): each.spec.version for each in old}
    parents = {policy: parent for document in new for policy, parent in _parent(document)}
    lines, findings = _lines(before, new)
    present = {Policy(each.spec.kind, each.spec.name) for each in new}
    used: set[Span] = set()
    judged = []
    for change in changes:
        line = next((each for each in lines if _covers(each, change, parents, present)), None)
        if line is not None:
            used.add(line.span)
            if change.grade.is_final:
                findings.append(found(codes.ACCEPT_REFUSED, line.span, change=line.change, policy=str(change.policy)))
        judged.append(change._replace(reason=line.reason) if line is not None else change)
    for line in lines:
        if line.span not in used:
            findings.append(found(codes.ACCEPT_NEEDLESS, line.span, change=line.change))
    return judged, findings


def _lines(before: dict[Policy, str], new: Documents) -> tuple[list[_Line], list[Diagnostic]]:
    """The lines of versions that lie between the two sides; older ones have had their day."""
    lines: list[_Line] = []
    findings: list[Diagnostic] = []
    for document in new:
        policy = Policy(document.spec.kind, document.spec.name)
        for index, each in enumerate(document.spec.accept):
            span = document.span("accept", index, "change")
            if is_later(each.version, document.spec.version):
                place = document.span("accept", index, "version")
                findings.append(found(codes.ACCEPT_TOO_EARLY, place, version=each.version, own=document.spec.version))
            elif policy not in before or is_later(each.version, before[policy]):
                lines.append(_Line(policy, each.change, each.reason, span))
    return lines, findings


def _parent(document: Document[Any]) -> Iterator[tuple[Policy, Policy]]:
    extends = getattr(document.spec, "extends", None)
    if extends is not None:
        kind = document.spec.kind
        yield Policy(kind, document.spec.name), Policy(kind, extends.contract)


def _covers(line: _Line, change: Change, parents: dict[Policy, Policy], present: set[Policy]) -> bool:
    if change.policy not in present:  # it is gone, and cannot say anything
        return _is_above(line.change, f"{change.policy}.{change.element}".rstrip("."))
    if line.policy == change.policy:
        return _is_above(line.change, change.element)
    above = parents.get(change.policy)
    while change.inherited and above is not None:
        if line.policy == above:
            return _is_above(line.change, change.element)
        above = parents.get(above)
    return False


def _is_above(said: str, element: str) -> bool:
    return element == said or element.startswith(f"{said}.")
