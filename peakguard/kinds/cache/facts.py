"""What others may know of caches: each by its name, with its folder."""

from collections.abc import Iterator

from peakguard.kinds.cache.compile import folder_of
from peakguard.kinds.cache.model import Caches
from peakguard.language.document import Document
from peakguard.language.facts import Fact


def facts(document: Document[Caches]) -> Iterator[Fact]:
    """A fact for every cache."""
    for name, cache in document.spec.policies.items():
        yield Fact("cache policy", name, document.key_span("policies", name), {"folder": folder_of(name, cache)})
