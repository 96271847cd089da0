"""What a policy that extends another contributes to a check: its own part, and what it makes of the other's."""

from __future__ import annotations

from collections.abc import Sequence
from types import ModuleType
from typing import TYPE_CHECKING, Any

from peakguard.diagnostics import codes
from peakguard.diagnostics.diagnostic import Diagnostic, found
from peakguard.language.document import Document
from peakguard.language.facts import Fact
from peakguard.language.header import Policy
from peakguard.language.references import Reference
from peakguard.pipeline.lineage import Outline
from peakguard.pipeline.unit import Unit
from peakguard.syntax.node import Mapping, at

if TYPE_CHECKING:
    from peakguard.pipeline.analyse import Analysed


def orphan(
    file: str, node: Mapping, outline: Outline, findings: Sequence[Diagnostic], circle: Sequence[str] = ()
) -> Unit:
    """A policy whose parent is not declared or cannot be read, which is the finding: it is known by its name alone."""
    place = at(node, ("extends", "contract")).span
    told = list(findings)
    if circle:
        told.append(found(codes.REFERENCE_CYCLE, place, relation="extends", cycle=" → ".join([*circle, circle[0]])))
    facts = []
    if outline.name is not None:
        version = at(node, ("version",)).plain() if "version" in node.entries else None
        facts.append(Fact(outline.kind, outline.name, at(node, ("name",)).span, {"version": version}))
    assert outline.parent is not None
    return Unit(
        file,
        broken=False,
        facts=tuple(facts),
        references=(Reference(outline.kind, outline.parent, place),),
        findings=tuple(told),
    )


def own_unit(made: Analysed, parent: Document[Policy], known: Sequence[Diagnostic], inherit: ModuleType) -> Unit:
    """The unit of a document that was made from two trees; `known` are the findings of all that it extends.

    A fault of the parent is told there. What is a fault in this policy only keeps its place in the parent's file, and
    a remark at `extends` says whose fault it is.
    """
    unit = made.unit
    told = {_key(finding) for finding in known}
    findings = [each for each in unit.findings if each.span.file == unit.file or _key(each) not in told]
    if made.document is None:
        return unit._replace(findings=tuple(findings))
    place = made.document.span("extends", "contract")
    for each in findings[:]:
        if each.span.file != unit.file:
            data = {"policy": parent.spec.name, "place": str(each.span), "code": each.code}
            findings.append(found(codes.INHERITED_MISFIT, place, **data))
    findings += inherit.check_inherited(made.document, parent)
    # What is referred to is referred to by the parent as well.
    references = tuple(each for each in unit.references if each.span.file == unit.file)
    return unit._replace(findings=tuple(findings), references=references)


def _key(finding: Diagnostic) -> tuple[Any, ...]:
    return (finding.code, finding.span, str(sorted(finding.data.items(), key=str)))
