"""Resilience policies beside the bindings of a program."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from peakguard.diagnostics import codes
from peakguard.diagnostics.diagnostic import Diagnostic, found
from peakguard.kinds.resilience.model import Resiliences
from peakguard.language.document import Document
from peakguard.language.facts import Facts


def resolve(
    documents: Sequence[Document[Resiliences]], facts: Facts, rows: Sequence[Mapping[str, Any]]
) -> Iterator[Diagnostic]:
    """A remark for every policy that no binding names; `rows` are the bindings as they were examined."""
    del documents, rows
    bound = {fact.data["policy"] for fact in facts.all("bound resilience")}
    inside = {name for fact in facts.all("resilience policy") for name in fact.data["calls"]}
    for fact in facts.all("resilience policy"):
        if fact.name not in bound | inside:
            yield found(codes.RESILIENCE_UNBOUND, fact.span, name=fact.name)
