"""What can be wrong with cache policies."""

from __future__ import annotations

import builtins
from collections.abc import Iterator, Mapping

from peakguard.diagnostics import codes
from peakguard.diagnostics.diagnostic import Diagnostic, found
from peakguard.diagnostics.wording import did_you_mean
from peakguard.kinds.cache.model import Cache, Caches
from peakguard.language.document import Document
from peakguard.language.facts import Facts
from peakguard.runtime.lengths import nanoseconds
from peakguard.syntax.node import Path
from peakguard.syntax.source import Source

_STALE = ("stale_while_revalidate", "stale_if_error")


def check(document: Document[Caches]) -> Iterator[Diagnostic]:
    """Findings about each cache by itself."""
    for name, cache in document.spec.policies.items():
        at: Path = ("policies", name)
        for key in _STALE if cache.ttl is None else ():
            if getattr(cache, key) is not None:
                yield found(codes.CACHE_NEVER_STALE, document.key_span(*at, key), cache=name, key=key)
        yield from _check_negative(document, at, name, cache)
        if cache.max_size is None and cache.max_entries is None:
            yield found(codes.CACHE_UNBOUNDED, document.key_span(*at), cache=name)
        if cache.verify == "never":
            yield found(codes.CACHE_UNVERIFIED, document.span(*at, "verify"), cache=name)
        if cache.durability == "none":
            yield found(codes.CACHE_IN_PLACE, document.span(*at, "durability"), cache=name)


def check_together(facts: Facts, _: Mapping[str, Source]) -> Iterator[Diagnostic]:
    """No two caches share a folder, where each would evict what the other keeps."""
    owners: dict[str, str] = {}
    for fact in facts.all("cache policy"):
        folder = str(fact.data["folder"])
        first = owners.setdefault(folder, fact.name)
        if first != fact.name:
            yield found(codes.CACHE_FOLDER_SHARED, fact.span, cache=fact.name, first=first, folder=folder)


def _check_negative(document: Document[Caches], at: Path, name: str, cache: Cache) -> Iterator[Diagnostic]:
    negative = cache.negative
    if negative is None:
        return
    if not negative.on and not negative.empty:
        yield found(codes.CACHE_REMEMBERS_NOTHING, document.key_span(*at, "negative"), cache=name)
    for index, text in enumerate(negative.on):
        if ":" in text:
            continue
        known = [each for each in dir(builtins) if _is_error(each)]
        if text not in known:
            data = {"found": text, "suggestion": did_you_mean(text, known)}
            yield found(codes.CACHE_ERROR_UNKNOWN, document.span(*at, "negative", "on", index), **data)
    if cache.ttl is not None and nanoseconds(negative.ttl) > nanoseconds(cache.ttl):
        data = {"negative": negative.ttl, "ttl": cache.ttl}
        yield found(codes.CACHE_NEGATIVE_LONGER, document.span(*at, "negative", "ttl"), cache=name, **data)


def _is_error(name: str) -> bool:
    value = getattr(builtins, name)
    return isinstance(value, type) and issubclass(value, Exception)
