"""One file with those it extends: bytes -> Source -> Node -> Document -> Unit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from peakguard.diagnostics import codes
from peakguard.diagnostics.diagnostic import Diagnostic, found
from peakguard.diagnostics.span import Span
from peakguard.language.document import Document
from peakguard.language.facts import Fact
from peakguard.language.header import Policy
from peakguard.language.references import Reference, uses
from peakguard.pipeline.inherited import orphan, own_unit
from peakguard.pipeline.lineage import Lineages, Outline, outline_of
from peakguard.pipeline.read import Entry
from peakguard.pipeline.unit import Silence, Unit
from peakguard.syntax.decode_text import source_of
from peakguard.syntax.node import Mapping as Table
from peakguard.syntax.source import Source


class Analysed(NamedTuple):
    """A unit beside its document, for what needs more than facts."""

    unit: Unit
    document: Document[Policy] | None


# Beyond this, findings of one file tell nothing new, and a hostile file could ask for 50,000 of them.
_MAX_FINDINGS = 200


def analyse(entry: Entry) -> Analysed:
    """Everything that one file alone can tell; never raises for bad input."""
    return Analysis([entry]).of(entry)


def analyse_all(entries: Sequence[Entry]) -> list[Analysed]:
    """The policies among the entries, each with what it takes over from those that it extends."""
    analysis = Analysis(entries)
    return [analysis.of(entry) for entry in entries if entry.is_policy]


class Analysis:
    """The policy files of a project, each parsed and decoded once, when it is asked for.

    `outlines` are those that are known already, by their files.
    """

    def __init__(self, entries: Sequence[Entry], outlines: Mapping[str, Outline | None] | None = None) -> None:
        self._entries = {entry.file: entry for entry in entries if entry.is_policy}
        self._parsed: dict[str, _Parsed] = {}
        self._analysed: dict[str, Analysed] = {}
        known = outlines or {}
        self.outlines = {file: known[file] if file in known else self._outline(file) for file in self._entries}
        self.lineages = Lineages(self.outlines.items())

    def of(self, entry: Entry) -> Analysed:
        """The policy of a file."""
        # From the top down, so that a long chain of policies does not become a deep stack.
        for file in (*reversed(self.lineages.of(entry.file).files), entry.file):
            if file not in self._analysed:
                self._analysed[file] = _bounded(self._analyse(self._entries[file]))
        return self._analysed[entry.file]

    def _outline(self, file: str) -> Outline | None:
        node = self._tree(file).node
        return outline_of(node) if node is not None else None

    def _tree(self, file: str) -> _Parsed:
        if file not in self._parsed:
            self._parsed[file] = _parse(self._entries[file])
        return self._parsed[file]

    def _analyse(self, entry: Entry) -> Analysed:
        node, findings = self._tree(entry.file)
        if node is None:
            return Analysed(Unit(entry.file, broken=True, findings=findings), None)
        lineage = self.lineages.of(entry.file)
        above = [self._analysed.get(file) for file in lineage.files]
        parent = above[0].document if above and above[0] is not None else None
        outline = self.outlines[entry.file]
        if outline is None or outline.parent is None:
            return _decoded(entry, node, findings)
        if lineage.missing is not None or lineage.circle or parent is None:
            is_told = self.lineages.tells_circle(entry.file, lineage)
            return Analysed(orphan(entry.file, node, outline, findings, lineage.circle if is_told else ()), None)
        from peakguard.language.registry import part

        inherit = part(outline.kind, "inherit")
        assert inherit is not None
        made = _decoded(entry, inherit.merged(parent.node, node), findings)
        known = [finding for each in above if each is not None for finding in each.unit.findings]
        return made._replace(unit=own_unit(made, parent, known, inherit))


class _Parsed(NamedTuple):
    node: Table | None
    findings: tuple[Diagnostic, ...]


def _bounded(analysed: Analysed) -> Analysed:
    unit = analysed.unit
    if len(unit.findings) <= _MAX_FINDINGS:
        return analysed
    rest = found(codes.MORE_FINDINGS, Span.whole(unit.file), count=len(unit.findings) - _MAX_FINDINGS)
    return analysed._replace(unit=unit._replace(findings=(*unit.findings[:_MAX_FINDINGS], rest)))


def _parse(entry: Entry) -> _Parsed:
    source, findings = to_source(entry)
    if source is None:
        return _Parsed(None, tuple(findings))
    from peakguard.syntax.parse import parse

    node, findings = parse(source)
    return _Parsed(node, tuple(findings))


def _decoded(entry: Entry, node: Table, parsed: Sequence[Diagnostic]) -> Analysed:
    from peakguard.language.decode import decode

    document, more = decode(entry.file, node)
    # What could not be read rightly is not judged again for what it was read as.
    places = {finding.span for finding in parsed}
    findings = [*parsed, *(finding for finding in more if finding.span not in places)]
    if document is None:
        return Analysed(Unit(entry.file, broken=True, findings=tuple(findings)), None)
    return Analysed(_unit(document, findings), document)


def to_source(entry: Entry) -> tuple[Source | None, list[Diagnostic]]:
    """The text of a file, or the finding that says why there is none."""
    return (None, [entry.finding]) if entry.finding is not None else source_of(entry.file, entry.data)


def _unit(document: Document[Policy], findings: list[Diagnostic]) -> Unit:
    from peakguard.language.registry import part

    spec = document.spec
    stated, checks = part(spec.kind, "facts"), part(spec.kind, "check")
    known = stated.known_of(document) if stated is not None and hasattr(stated, "known_of") else {}
    facts = [Fact(spec.kind, spec.name, document.span("name"), {"version": spec.version, **known})]
    if stated is not None and hasattr(stated, "facts"):
        facts += stated.facts(document)
    if checks is not None:
        findings += checks.check(document)
    references = [Reference(use.namespace, use.name, document.span(*use.path)) for use in uses(spec)]
    silences = [
        Silence(each.code, each.until, document.key_span("suppress", index)) for index, each in enumerate(spec.suppress)
    ]
    return Unit(
        document.file,
        broken=False,
        facts=tuple(facts),
        references=tuple(references),
        findings=tuple(findings),
        silences=tuple(silences),
        dated=bool(silences),
    )
