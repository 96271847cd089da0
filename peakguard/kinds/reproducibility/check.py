"""What can be wrong with a reproducibility policy."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping

from peakguard.diagnostics import codes
from peakguard.diagnostics.diagnostic import Diagnostic, found
from peakguard.kinds.reproducibility.model import Reproducibility
from peakguard.language.document import Document
from peakguard.language.facts import Facts
from peakguard.syntax.source import Source

_STRICT = {"threads": 1, "clock": "injected", "entropy": "injected", "listing": "sorted"}
"""What the level `strict` promises."""


def check(document: Document[Reproducibility]) -> Iterator[Diagnostic]:
    """Findings within one policy."""
    yield from _check_level(document)
    yield from _check_patterns(document)


def check_together(facts: Facts, _: Mapping[str, Source]) -> Iterator[Diagnostic]:
    """One policy decides how the program is repeated."""
    declared = list(facts.all("reproducibility"))
    for fact in declared[1:]:
        first = declared[0]
        place = f"{first.span.file}:{first.span.line}"
        yield found(codes.REPRODUCIBILITY_TWICE, fact.span, name=fact.name, first=first.name, place=place)


def _check_level(document: Document[Reproducibility]) -> Iterator[Diagnostic]:
    if document.spec.level != "strict":
        return
    for pin, wanted in _STRICT.items():
        stated = getattr(document.spec.pin, pin)
        if stated not in (wanted, None):
            data = {"pin": pin, "found": str(stated), "wanted": str(wanted)}
            yield found(codes.PIN_BREAKS_LEVEL, document.span("pin", pin), **data)


def _check_patterns(document: Document[Reproducibility]) -> Iterator[Diagnostic]:
    read = {posixpath.normpath(pattern) for pattern in document.spec.inputs}
    for key in ("inputs", "outputs"):
        for index, pattern in enumerate(getattr(document.spec, key)):
            plain = posixpath.normpath(pattern)
            if posixpath.isabs(plain) or plain.split("/")[0] == "..":
                yield found(codes.PATTERN_OUTSIDE, document.span(key, index), pattern=pattern, key=key)
            elif key == "outputs" and plain in read:
                yield found(codes.INPUT_IS_OUTPUT, document.span(key, index), pattern=pattern)
