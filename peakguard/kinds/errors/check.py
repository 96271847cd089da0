"""What can be wrong with a catalog of errors."""

from __future__ import annotations

import builtins
from collections.abc import Iterator, Mapping

from peakguard.diagnostics import codes
from peakguard.diagnostics.diagnostic import Diagnostic, found
from peakguard.diagnostics.template import placeholders
from peakguard.diagnostics.wording import did_you_mean
from peakguard.expression.patterns import check_pattern
from peakguard.kinds.errors.example import check_examples
from peakguard.kinds.errors.lock import check_locks
from peakguard.kinds.errors.model import ActiveError, Errors
from peakguard.language.document import Document
from peakguard.language.facts import Facts
from peakguard.runtime.errors import PeakguardError
from peakguard.runtime.failure.built_ins import built_ins
from peakguard.syntax.node import Path
from peakguard.syntax.source import Source


def check(document: Document[Errors]) -> Iterator[Diagnostic]:
    """Findings within one catalog."""
    yield from _check_category_ranges(document)
    for code, entry in document.spec.errors.items():
        if isinstance(entry, ActiveError):
            yield from _check_category(document, code, entry)
            yield from _check_texts(document, code, entry)
            yield from _check_bases(document, code, entry)
            yield from _check_patterns(document, code, entry)
            yield from check_examples(document, code, entry)


def check_together(facts: Facts, attachments: Mapping[str, Source]) -> Iterator[Diagnostic]:
    """Findings over all catalogs: what the lock files remember must still hold."""
    yield from check_locks(facts, attachments)


def number_of(code: str) -> int:
    """The digits of a code: 1103 of PT-1103."""
    return int(code.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ-"))


def _check_category_ranges(document: Document[Errors]) -> Iterator[Diagnostic]:
    seen: list[tuple[int, int, str]] = []
    for name, category in document.spec.categories.items():
        if category.codes is None:
            continue
        low, high = (int(bound) for bound in category.codes.split("-"))
        for other_low, other_high, other in seen:
            if low <= other_high and other_low <= high:
                span = document.span("categories", name, "codes")
                yield found(codes.CATEGORY_OVERLAP, span, category=name, other=other)
        seen.append((low, high, name))


def _check_category(document: Document[Errors], code: str, entry: ActiveError) -> Iterator[Diagnostic]:
    categories = document.spec.categories
    span = document.span("errors", code, "category")
    if entry.category not in categories:
        suggestion = did_you_mean(entry.category, list(categories))
        known = ", ".join(categories)
        yield found(codes.UNKNOWN_CATEGORY, span, category=entry.category, known=known, suggestion=suggestion)
        return
    numbers = categories[entry.category].codes
    if numbers is not None:
        low, high = (int(bound) for bound in numbers.split("-"))
        if not low <= number_of(code) <= high:
            span = document.key_span("errors", code)
            yield found(codes.CODE_OUTSIDE_CATEGORY, span, code=code, category=entry.category, codes=numbers)


def _check_bases(document: Document[Errors], code: str, entry: ActiveError) -> Iterator[Diagnostic]:
    kinds = [getattr(builtins, name) for name in entry.also]
    for index, second in enumerate(kinds):
        first = next((each for each in kinds[:index] if not _go_together(each, second)), None)
        if first is not None:
            span = document.span("errors", code, "also", index)
            yield found(codes.BASES_CONFLICT, span, first=first.__name__, second=second.__name__)


def _go_together(first: type[BaseException], second: type[BaseException]) -> bool:
    """Whether Python lays one object out as both; it says so only when asked for the class."""
    try:
        type("Both", (PeakguardError, *built_ins([first.__name__, second.__name__])), {})
    except TypeError:
        return False
    return True


def _check_patterns(document: Document[Errors], code: str, entry: ActiveError) -> Iterator[Diagnostic]:
    for index, match in enumerate(entry.matches):
        fault = check_pattern(match.message) if match.message is not None else None
        if fault is not None:
            span = document.inner_span(("errors", code, "matches", index, "message"), fault.start, fault.end)
            yield found(codes.BAD_PATTERN, span, construct=fault.construct, reason=fault.reason)


def _check_texts(document: Document[Errors], code: str, entry: ActiveError) -> Iterator[Diagnostic]:
    shown: set[str] = set()
    texts: list[tuple[Path, str]] = [(("errors", code, "message"), entry.message)]
    texts += [(("errors", code, "hints", index), text) for index, text in enumerate(entry.hints)]
    texts += [(("errors", code, "recovery", index), text) for index, text in enumerate(entry.recovery)]
    for path, text in texts:
        for start, end, name in placeholders(text):
            span = document.inner_span(path, start, end)
            if name is None:
                yield found(codes.BAD_PLACEHOLDER, span, text=text[start:end])
            elif name not in entry.context:
                known, suggestion = ", ".join(entry.context), did_you_mean(name, list(entry.context))
                yield found(codes.UNKNOWN_PLACEHOLDER, span, placeholder=name, known=known, suggestion=suggestion)
            else:
                shown.add(name)
