"""What was found out about targets -> findings at the places where the policies name them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from peakguard.diagnostics import codes
from peakguard.diagnostics.diagnostic import Diagnostic, found
from peakguard.kinds.bindings.demanded import of_values
from peakguard.kinds.bindings.model import Bindings
from peakguard.language.document import Document
from peakguard.language.facts import Facts


def resolve(
    documents: Iterable[Document[Bindings]], facts: Facts, examined: Iterable[Mapping[str, Any]]
) -> Iterator[Diagnostic]:
    """Findings of bindings whose targets are not what they say, and of contracts that nothing binds."""
    documents = tuple(documents)
    rows = {row["key"]: row for row in examined}
    for document in documents:
        for index, binding in enumerate(document.spec.bindings):
            row = rows.get(f"{document.spec.name}.{index}")
            if binding.target is None or row is None:
                continue
            for code, context in row["faults"]:
                yield found(code, document.span("bindings", index, "target"), **context)
    yield from _unbound(documents, facts)


def _unbound(documents: Iterable[Document[Bindings]], facts: Facts) -> Iterator[Diagnostic]:
    bound = {
        value.contract
        for document in documents
        for binding in document.spec.bindings
        for _, _, value, _ in of_values(binding)
    }
    for fact in facts.all("contract"):
        if fact.name not in bound:
            yield found(codes.CONTRACT_UNBOUND, fact.span, name=fact.name)
