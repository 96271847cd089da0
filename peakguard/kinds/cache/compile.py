"""What cache policies become: plain data, with times in seconds and sizes in bytes."""

from __future__ import annotations

import posixpath
from typing import Any

from peakguard.kinds.cache.model import Cache, Caches, Negative
from peakguard.language.document import Document
from peakguard.language.values import size_in_bytes
from peakguard.runtime.lengths import nanoseconds

_FOLDER = ".peakguard/caches"


def compile_document(document: Document[Caches]) -> dict[str, Any]:
    """The table of policies that `check` found no error in."""
    spec = document.spec
    return {
        "name": spec.name,
        "mode": spec.mode,
        "policies": {name: _cache(document, name, cache) for name, cache in spec.policies.items()},
    }


def folder_of(name: str, cache: Cache) -> str:
    """Where a cache lies, from the root of the project, in one spelling."""
    return posixpath.normpath(cache.folder or f"{_FOLDER}/{name}")


def _cache(document: Document[Caches], name: str, cache: Cache) -> dict[str, Any]:
    place = document.key_span("policies", name)
    return {
        "name": name,
        "mode": cache.mode,
        "origin": f"{place.file}:{place.line}",
        "folder": folder_of(name, cache),
        "contract": cache.contract,
        "ttl": _seconds(cache.ttl),
        "stale_while_revalidate": _seconds(cache.stale_while_revalidate),
        "stale_if_error": _seconds(cache.stale_if_error),
        "negative": _negative(cache.negative),
        "max_size": size_in_bytes(cache.max_size) if cache.max_size is not None else None,
        "max_entries": cache.max_entries,
        "wait": _seconds(cache.wait),
        "durability": cache.durability,
        "verify": cache.verify,
        "compression": cache.compression,
        "on_corrupt": cache.on_corrupt,
        "network": cache.network,
    }


def _negative(negative: Negative | None) -> dict[str, Any] | None:
    if negative is None:
        return None
    return {"ttl": _seconds(negative.ttl), "on": list(negative.on), "empty": negative.empty}


def _seconds(duration: str | None) -> float | None:
    return nanoseconds(duration) / 1e9 if duration is not None else None
