"""What can be wrong with an observability policy."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping

from peakguard.diagnostics import codes
from peakguard.diagnostics.diagnostic import Diagnostic, found
from peakguard.diagnostics.wording import did_you_mean
from peakguard.kinds.observability.model import Level, Observability
from peakguard.language.document import Document
from peakguard.language.facts import Facts
from peakguard.syntax.source import Source

_STREAMS = ("stderr", "stdout")
_NO_LINES = ("logging", "otlp")
_ORDER: tuple[Level, ...] = ("debug", "info", "warning", "error", "critical")


def check(document: Document[Observability]) -> Iterator[Diagnostic]:
    """Findings within one policy."""
    yield from _check_sinks(document)
    yield from _check_levels(document)
    for name, sample in document.spec.sample.items():
        if not sample.first and not sample.then:
            yield found(codes.EVENT_NEVER_WRITTEN, document.key_span("sample", name), event=name)


def check_together(facts: Facts, _: Mapping[str, Source]) -> Iterator[Diagnostic]:
    """One policy decides what is written; codes that it names are declared."""
    declared = list(facts.all("observability"))
    for fact in declared[1:]:
        first = declared[0]
        place = f"{first.span.file}:{first.span.line}"
        yield found(codes.OBSERVABILITY_TWICE, fact.span, name=fact.name, first=first.name, place=place)
    for fact in facts.all("sampled code"):
        if facts.get("error", fact.name) is None and not facts.may_hide(fact.name):
            suggestion = did_you_mean(fact.name, facts.names("error"))
            yield found(codes.UNKNOWN_REFERENCE, fact.span, namespace="error", name=fact.name, suggestion=suggestion)


def _check_sinks(document: Document[Observability]) -> Iterator[Diagnostic]:
    places: dict[str, str] = {}
    for name, sink in document.spec.sinks.items():
        to = sink.to if sink.to in (*_STREAMS, *_NO_LINES) else posixpath.normpath(sink.to)
        first = places.setdefault(to, name)
        if first != name:
            yield found(codes.SINK_TWICE, document.span("sinks", name, "to"), sink=name, first=first, to=to)
        useless = {"rotate": to in (*_STREAMS, *_NO_LINES), "keep": to in (*_STREAMS, *_NO_LINES)}
        useless["format"] = to in _NO_LINES
        for option, is_useless in useless.items():
            if is_useless and getattr(sink, option) is not None:
                yield found(codes.SINK_OPTION_USELESS, document.key_span("sinks", name, option), option=option, to=to)


def _check_levels(document: Document[Observability]) -> Iterator[Diagnostic]:
    """A logger that is asked for more than any sink writes."""
    lowest = min((sink.level for sink in document.spec.sinks.values()), key=_ORDER.index)
    for logger, level in document.spec.levels.items():
        if _ORDER.index(level) < _ORDER.index(lowest):
            data = {"logger": logger, "level": level, "lowest": lowest}
            yield found(codes.LEVEL_BELOW_SINKS, document.span("levels", logger), **data)
