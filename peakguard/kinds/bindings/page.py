"""What bindings say in documents: which functions are guarded by what, and which codes come from that."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from peakguard.kinds.bindings.model import Binding, Bindings, Value
from peakguard.language.constraints import CONSTRAINTS, head
from peakguard.language.document import Document
from peakguard.language.markdown import code, table
from peakguard.language.page import Applied, Command, Guard, Origin, Section
from peakguard.runtime.mode import weakest
from peakguard.syntax.node import Path

_RAISES = "the call raises"
_REPORTED = "it is reported, and the call goes on"


def origins(document: Document[Bindings]) -> Iterator[Origin]:
    """Every argument, result and demand that names a code."""
    for index, binding in enumerate(document.spec.bindings):
        if weakest(binding.mode, document.spec.mode) != "off":
            for path, name, demand in _coded(binding):
                yield _origin(document, index, path, name, demand)


def guards(document: Document[Bindings]) -> Iterator[Guard]:
    """Every binding that is not off."""
    for index, binding in enumerate(document.spec.bindings):
        mode = weakest(binding.mode, document.spec.mode)
        if mode != "off":
            key = "target" if binding.target is not None else "name"
            span = document.span("bindings", index, key)
            raises = tuple(dict.fromkeys((name, _stage(path)) for path, name, _ in _coded(binding)))
            applies = tuple(dict.fromkeys(_applied(binding)))
            classifies = binding.classify is not None
            yield Guard(binding.shown, span, document.spec.owner, mode, applies, raises, classifies)


def observability(documents: Sequence[Document[Bindings]]) -> Iterator[Section]:
    """The spans around calls."""
    rows = []
    for document in documents:
        for index, binding in enumerate(document.spec.bindings):
            if binding.trace is not None and weakest(binding.mode, document.spec.mode) != "off":
                span = document.key_span("bindings", index, "trace")
                fields = ", ".join(f"{code(name)} from {code(path)}" for name, path in binding.trace.fields.items())
                name = binding.trace.name or binding.shown
                rows.append((code(name), code(binding.shown), fields or "none", code(f"{span.file}:{span.line}")))
    if rows:
        says = "Each call of these functions is a span of its own: what happens inside carries its `span_id`."
        yield Section("Spans", f"{says}\n\n" + table(("span", "function", "fields", "declared at"), rows))


def _coded(binding: Binding) -> Iterator[tuple[Path, str, str]]:
    """Where a binding names a code, the code, and what must hold."""
    asked: list[tuple[Path, str, Value | None]]
    asked = [(("arguments", name), name, value) for name, value in binding.arguments.items()]
    asked += [(("returns",), "result", binding.returns), (("yields",), "item", binding.yields)]
    for path, name, value in asked:
        if value is not None and value.error is not None:
            yield path, value.error, _asked(name, value)
    for part, demands in (("require", binding.require), ("ensure", binding.ensure)):
        for name, demand in demands.items():
            if demand.error is not None:
                yield (part, name), demand.error, code(demand.expr)


def _asked(name: str, value: Value) -> str:
    if value.contract is not None:
        return f"{code(name)} is as the contract {code(value.contract)} asks"
    kind = head(value.shape)
    stated = {key: getattr(value, key, None) for key in CONSTRAINTS}
    bounds = [CONSTRAINTS[key].text(name, each, kind) for key, each in stated.items() if each is not None]
    return ", ".join(map(code, [f"{name} is {value.shape}", *bounds]))


def _stage(path: Path) -> str:
    return "arguments" if path[0] in ("arguments", "require") else "result"


def _applied(binding: Binding) -> Iterator[Applied]:
    for value in binding.arguments.values():
        if value.contract is not None:
            yield Applied("contract", value.contract, "arguments")
    for given in (binding.returns, binding.yields):
        if given is not None and given.contract is not None:
            yield Applied("contract", given.contract, "result")
    if binding.config is not None:
        yield Applied("config", binding.config, "result")
    if binding.cache is not None:
        yield Applied("cache", binding.cache.policy, "result")
    if binding.resilience is not None:
        yield Applied("resilience", binding.resilience, "call")
    if binding.invariants is not None:
        yield Applied("invariants", binding.invariants.policy, "call")


def _origin(document: Document[Bindings], index: int, path: Path, name: str, demand: str) -> Origin:
    spec = document.spec
    binding = spec.bindings[index]
    effect = _RAISES if weakest(binding.mode, spec.mode) == "enforce" else _REPORTED
    part = f"{code('.'.join(map(str, path)))} of {code(binding.shown)}"
    span = document.key_span("bindings", index, *path)
    commands = (Command(f"peakguard show {binding.shown}", "all that is done around a call"),)
    return Origin(name, "bindings", spec.name, part, span, spec.owner, demand, effect, commands)
