"""What others may know of bindings: each target and each name, so that nothing is bound twice."""

from collections.abc import Iterator

from peakguard.kinds.bindings.model import Bindings
from peakguard.language.document import Document
from peakguard.language.facts import Fact


def facts(document: Document[Bindings]) -> Iterator[Fact]:
    """A fact for every target and name of a binding, and for what the policies that it names must know of it."""
    for index, binding in enumerate(document.spec.bindings):
        if binding.target is not None:
            given = binding.returns or binding.yields
            data = {"contract": given.contract if given is not None else None}
            yield Fact("binding of", binding.target, document.span("bindings", index, "target"), data)
        if binding.name is not None:
            yield Fact("guard", binding.name, document.span("bindings", index, "name"), {})
        if binding.resilience is not None:
            span = document.key_span("bindings", index, "resilience")
            yield Fact(
                "bound resilience", binding.shown, span, {"policy": binding.resilience, "target": binding.target}
            )
        watch = binding.invariants
        if watch is not None:
            at = ("bindings", index, "invariants")
            places = {name: list(document.key_span(*at, "state", name)) for name in watch.state}
            name = f"{document.file} {index}"
            yield Fact("watched", name, document.key_span(*at), {"policy": watch.policy, "state": places})
        if binding.critical:
            span = document.key_span("bindings", index, "critical")
            yield Fact("critical binding", binding.shown, span, {"target": binding.target})
        if binding.classify is not None:
            yield Fact("classified", binding.shown, document.key_span("bindings", index, "classify"), {})
