"""What catalogs say in documents: the foreign exceptions that become their codes."""

from __future__ import annotations

from collections.abc import Iterator

from peakguard.kinds.errors.model import ActiveError, Errors
from peakguard.language.document import Document
from peakguard.language.markdown import code
from peakguard.language.page import Origin


def origins(document: Document[Errors]) -> Iterator[Origin]:
    """Every code that foreign exceptions become."""
    spec = document.spec
    for name, entry in spec.errors.items():
        if isinstance(entry, ActiveError) and entry.matches:
            span = document.key_span("errors", name, "matches")
            demand = "no " + ", ".join(code(match.text) for match in entry.matches)
            effect = "the exception gets the code where a binding says `classify`"
            yield Origin(name, "errors", spec.name, code(f"errors.{name}.matches"), span, spec.owner, demand, effect)
