"""The resolve stage: names are bound across files; duplicates and dead references are found."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from peakguard.diagnostics import codes
from peakguard.diagnostics.diagnostic import Diagnostic, found
from peakguard.diagnostics.wording import did_you_mean
from peakguard.language.facts import Facts
from peakguard.language.references import Reference


def resolve(facts: Facts, references: Iterable[Reference]) -> Iterator[Diagnostic]:
    """Findings about names that are declared twice, never, or no longer."""
    for first, second in facts.repeated:
        data = {"namespace": second.namespace, "name": second.name, "first": str(first.span)}
        yield found(codes.DUPLICATE_NAME, second.span, **data)
    for reference in references:
        yield from _check_reference(facts, reference)
    yield from _check_replacements(facts)


def _check_replacements(facts: Facts) -> Iterator[Diagnostic]:
    """Codes that replace each other in a circle leave nobody a code to use; each circle is found once."""
    reported: set[str] = set()
    for fact in facts.all("error"):
        chain = [fact.name]
        while (following := facts.get("error", chain[-1])) and following.data.get("replaced_by"):
            chain.append(following.data["replaced_by"])
            if chain[-1] in chain[:-1]:
                break
        if chain[-1] == fact.name and len(chain) > 1 and fact.name not in reported:
            reported.update(chain)
            yield found(codes.REFERENCE_CYCLE, fact.span, relation="replacements", cycle=" → ".join(chain))


def _check_reference(facts: Facts, reference: Reference) -> Iterator[Diagnostic]:
    namespace, name, span = reference
    fact = facts.get(namespace, name)
    if fact is None:
        if not facts.may_hide(name):
            suggestion = did_you_mean(name, facts.names(namespace))
            yield found(codes.UNKNOWN_REFERENCE, span, namespace=namespace, name=name, suggestion=suggestion)
    elif fact.data.get("status") == "retired":
        replacement = fact.data.get("replaced_by") or "a code that is not retired"
        yield found(codes.RETIRED_REFERENCE, span, name=name, replacement=replacement)
