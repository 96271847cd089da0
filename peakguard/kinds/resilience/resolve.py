"""Resilience policies beside the bindings of a program."""

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from peakguard.diagnostics import codes
from peakguard.diagnostics.diagnostic import Diagnostic, found
from peakguard.kinds.resilience.check import MOST_ATTEMPTS
from peakguard.kinds.resilience.model import Resiliences
from peakguard.language.document import Document
from peakguard.language.facts import Facts


def resolve(
    documents: Sequence[Document[Resiliences]], facts: Facts, rows: Sequence[Mapping[str, Any]]
) -> Iterator[Diagnostic]:
    """A remark for every policy that no binding names, and attempts that multiply where one target calls another.

    `rows` are the bindings as they were examined.
    """
    del documents
    yield from _unbound(facts)
    policies = {fact.data["target"]: str(fact.data["policy"]) for fact in facts.all("bound resilience")}
    for row in rows:
        for inner in row["inside"]:
            yield from _check_pair(facts, policies.get(row["target"]), policies.get(inner))


def _check_pair(facts: Facts, outer: str | None, inner: str | None) -> Iterator[Diagnostic]:
    """Attempts of two policies one inside the other; what `calls` says already is a finding of `check` itself."""
    above, below = facts.get("resilience policy", outer or ""), facts.get("resilience policy", inner or "")
    if above is None or below is None or below.name in above.data["calls"]:
        return
    counts = [int(above.data["attempts"]), int(below.data["attempts"])]
    if min(counts) > 1 and math.prod(counts) > MOST_ATTEMPTS:
        chain = " × ".join(f"{fact.name} ({count})" for fact, count in zip((above, below), counts, strict=True))
        yield found(codes.ATTEMPTS_MULTIPLY, above.span, attempts=math.prod(counts), chain=chain)


def _unbound(facts: Facts) -> Iterator[Diagnostic]:
    bound = {fact.data["policy"] for fact in facts.all("bound resilience")}
    inside = {name for fact in facts.all("resilience policy") for name in fact.data["calls"]}
    for fact in facts.all("resilience policy"):
        if fact.name not in bound | inside:
            yield found(codes.RESILIENCE_UNBOUND, fact.span, name=fact.name)
