"""One file on its own: bytes -> Source -> Node -> Document -> Unit."""

from __future__ import annotations

from typing import NamedTuple

from peakguard.diagnostics import codes
from peakguard.diagnostics.diagnostic import Diagnostic, found
from peakguard.diagnostics.span import Span
from peakguard.language.document import Document
from peakguard.language.facts import Fact
from peakguard.language.header import Policy
from peakguard.language.references import Reference, uses
from peakguard.pipeline.read import Entry
from peakguard.pipeline.unit import Silence, Unit
from peakguard.syntax.limits import MAX_BYTES
from peakguard.syntax.source import Source


class Analysed(NamedTuple):
    """A unit beside its document, for what needs more than facts."""

    unit: Unit
    document: Document[Policy] | None


# Beyond this, findings of one file tell nothing new, and a hostile file could ask for 50,000 of them.
_MAX_FINDINGS = 200


def analyse(entry: Entry) -> Analysed:
    """Everything that the file alone can tell; never raises for bad input."""
    unit, document = _analyse(entry)
    if len(unit.findings) <= _MAX_FINDINGS:
        return Analysed(unit, document)
    rest = found(codes.MORE_FINDINGS, Span.whole(entry.file), count=len(unit.findings) - _MAX_FINDINGS)
    return Analysed(unit._replace(findings=(*unit.findings[:_MAX_FINDINGS], rest)), document)


def _analyse(entry: Entry) -> Analysed:
    source, findings = to_source(entry)
    if source is None:
        return Analysed(Unit(entry.file, broken=True, findings=tuple(findings)), None)
    from peakguard.language.decode import decode
    from peakguard.syntax.parse import parse

    node, findings = parse(source)
    if node is None:
        return Analysed(Unit(entry.file, broken=True, findings=tuple(findings)), None)
    document, more = decode(entry.file, node)
    # What could not be read rightly is not judged again for what it was read as.
    places = {finding.span for finding in findings}
    findings += [finding for finding in more if finding.span not in places]
    if document is None:
        return Analysed(Unit(entry.file, broken=True, findings=tuple(findings)), None)
    return Analysed(_unit(document, findings), document)


def to_source(entry: Entry) -> tuple[Source | None, list[Diagnostic]]:
    """The text of a file, or the finding that says why there is none."""
    if entry.finding is not None:
        return None, [entry.finding]
    if len(entry.data) > MAX_BYTES:
        span = Span.whole(entry.file)
        return None, [found(codes.FILE_TOO_LARGE, span, size=len(entry.data), limit=MAX_BYTES)]
    try:
        return Source(entry.file, entry.data.decode("utf-8")), []
    except UnicodeDecodeError as error:
        return None, [_not_utf8(entry, error.start)]


def _not_utf8(entry: Entry, offset: int) -> Diagnostic:
    readable = entry.data[:offset].decode("utf-8")
    span = Source(entry.file, readable).span(len(readable), len(readable) + 1)
    return found(codes.NOT_UTF8, span, byte=f"0x{entry.data[offset]:02X}", offset=offset)


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
