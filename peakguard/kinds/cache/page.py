"""What caches say in documents: what callers are given while a new value cannot be had."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from peakguard.kinds.cache.compile import folder_of
from peakguard.kinds.cache.model import Cache, Caches
from peakguard.language.document import Document
from peakguard.language.markdown import code
from peakguard.language.page import Command, Failing, Relief
from peakguard.runtime.mode import weakest


def reliefs(document: Document[Caches], _: Failing) -> Iterator[Relief]:
    """For each cache, which values are given without a call, and in place of one that failed."""
    for name, cache in document.spec.policies.items():
        if weakest(cache.mode, document.spec.mode) == "enforce":
            span = document.key_span("policies", name)
            yield Relief("cache", name, span, tuple(_says(name, cache)), _commands(name))


def first_look(documents: Sequence[Document[Caches]]) -> Iterator[Command]:
    """Whether values are whole."""
    if any(document.spec.policies for document in documents):
        yield Command("peakguard cache verify", "whether every kept value is whole")


def _says(name: str, cache: Cache) -> Iterator[str]:
    fresh = f"for {cache.ttl}" if cache.ttl is not None else "for ever"
    yield f"A kept value is given without a call {fresh}; it lies in {code(folder_of(name, cache))}."
    if cache.stale_if_error is not None:
        longer = cache.stale_if_error
        yield f"Where a new one cannot be had, the old one is given for {longer} more: callers see stale values."
    else:
        yield "Where a new one cannot be had, the error is raised: no stale value is given."
    if cache.negative is not None and cache.negative.on:
        errors = ", ".join(map(code, cache.negative.on))
        yield f"After {errors} the same error is raised again for {cache.negative.ttl}, without a call."


def _commands(name: str) -> tuple[Command, ...]:
    return (
        Command(f"peakguard cache ls {name}", "what is kept, with its age"),
        Command(f"peakguard cache verify {name} --deep", "whether it is whole, and what its contract says now"),
        Command(f"peakguard cache evict {name} ENTRY", "forgets a value, so that the next call fetches it"),
    )
