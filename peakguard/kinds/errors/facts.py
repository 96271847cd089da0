"""What others may know of a catalog: each code, and the names that must be unique beside it."""

from collections.abc import Iterator

from peakguard.kinds.errors.model import ActiveError, Category, Entry, Errors
from peakguard.language.document import Document
from peakguard.language.facts import Fact


def facts(document: Document[Errors]) -> Iterator[Fact]:
    """A fact for every code, slug and foreign exception of a catalog."""
    spec = document.spec
    for code, entry in spec.errors.items():
        yield Fact("error", code, document.key_span("errors", code), _known_of(spec, entry))
        if isinstance(entry, ActiveError):
            yield Fact("error slug", f"{spec.domain}.{entry.slug}", document.span("errors", code, "slug"), {})
            for index, match in enumerate(entry.matches):
                yield Fact(
                    "foreign exception", match.text, document.span("errors", code, "matches", index), {"code": code}
                )


def _known_of(spec: Errors, entry: Entry) -> dict[str, object]:
    if not isinstance(entry, ActiveError):
        return {
            "domain": spec.domain,
            "status": "retired",
            "replaced_by": entry.replaced_by,
            "since": entry.since or entry.retired,
        }
    category = spec.categories.get(entry.category) or Category()
    return {
        "domain": spec.domain,
        "status": entry.status,
        "replaced_by": entry.replaced_by,
        "slug": entry.slug,
        "title": entry.title,
        "severity": entry.severity,
        "retryable": category.retryable if entry.retryable is None else entry.retryable,
        "since": entry.since or spec.version,
        "context": {name: field.type for name, field in entry.context.items()},
    }
