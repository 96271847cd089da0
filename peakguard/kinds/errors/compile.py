"""What a catalog becomes: the definition of every code as plain data."""

from __future__ import annotations

from typing import Any

from peakguard.expression.patterns import portable
from peakguard.kinds.errors.foreign import Foreign
from peakguard.kinds.errors.model import ActiveError, Category, Errors, RetiredError
from peakguard.language.document import Document


def compile_document(document: Document[Errors]) -> dict[str, Any]:
    """The table of a catalog that `check` found no error in."""
    spec = document.spec
    return {
        "errors": {
            code: _definition(document, code, entry)
            for code, entry in spec.errors.items()
            if isinstance(entry, ActiveError)
        },
        "retired": {
            code: {"replaced_by": entry.replaced_by, "retired": entry.retired}
            for code, entry in spec.errors.items()
            if isinstance(entry, RetiredError)
        },
    }


def _definition(document: Document[Errors], code: str, entry: ActiveError) -> dict[str, Any]:
    spec = document.spec
    category = spec.categories.get(entry.category) or Category()
    place = document.key_span("errors", code)
    return {
        "code": code,
        "slug": entry.slug,
        "domain": spec.domain,
        "title": entry.title,
        "category": entry.category,
        "severity": entry.severity,
        "message": entry.message,
        "context": {name: [field.type, field.unit] for name, field in entry.context.items()},
        "cause": entry.cause,
        "hints": list(entry.hints),
        "recovery": list(entry.recovery),
        "retryable": category.retryable if entry.retryable is None else entry.retryable,
        "exit_code": entry.exit_code or category.exit_code,
        "http_status": entry.http_status or category.http_status,
        "also": list(entry.also),
        "matches": [_conditions(match) for match in entry.matches],
        "replaced_by": entry.replaced_by,
        "origin": f"{place.file}:{place.line}",
    }


def _conditions(match: Foreign) -> dict[str, str]:
    found: dict[str, str] = match.model_dump(exclude_none=True)
    if match.message is not None:
        found["message"] = portable(match.message)
    return found
