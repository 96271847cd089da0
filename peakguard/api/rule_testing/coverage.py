"""Which rules tests should show, each with the outcomes that it can have."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from peakguard.api.rule_testing.outcome import FAILS, PASSES, UNKNOWN, Coverage, Item, Seen
from peakguard.api.rule_testing.reachable import may_be_unknown
from peakguard.api.rule_testing.script_cases import BREAKER_OPEN, FALLBACK, GIVE_UP, RETRY, SUCCESS
from peakguard.diagnostics.span import Span
from peakguard.expression import compile_text
from peakguard.kinds.config.check_rules import whole_rule
from peakguard.kinds.config.demands import bounds
from peakguard.kinds.config.model import Config, Value
from peakguard.kinds.config.structure import places
from peakguard.kinds.contract.compile import compile_document
from peakguard.kinds.contract.demands import demands
from peakguard.kinds.contract.model import Contract
from peakguard.kinds.contract.scope import scope_of
from peakguard.kinds.errors.model import ActiveError, Errors
from peakguard.kinds.invariants.model import Invariants
from peakguard.kinds.invariants.watched import watched
from peakguard.kinds.resilience.model import Resiliences
from peakguard.language.document import Document
from peakguard.language.header import Policy

RENDERED, SHOWN = "rendered", "shown"
_BOTH = (PASSES, FAILS)
_ALL = (PASSES, FAILS, UNKNOWN)


def coverage(documents: Iterable[Document[Policy]], seen: Iterable[Seen]) -> Coverage:
    """Every rule of the documents beside what was seen of it."""
    known = set(seen)
    items = [item for document in documents for item in items_of(document)]
    return Coverage(tuple(item._replace(seen=tuple(_seen(item, known))) for item in items))


def _seen(item: Item, known: set[Seen]) -> Iterator[str]:
    return (outcome for outcome in item.possible if Seen(item.policy, item.rule, outcome) in known)


def items_of(document: Document[Policy]) -> Iterator[Item]:
    """The rules that a document itself writes; those that it takes over are shown where they are written."""
    listed = _ITEMS.get(document.spec.kind)
    if listed is not None:
        yield from (item for item in listed(document) if item.span.file == document.file)


def _contract(document: Document[Contract]) -> Iterator[Item]:
    spec = document.spec
    policy, typed = f"contract {spec.name}", {demand.id: demand for demand in demands(spec)}
    plan = compile_document(document)
    for key in ("rows", "freshness"):
        if plan[key] is not None:
            yield Item(policy, key, document.key_span(key), _BOTH, ())
    for check in (*plan["checks"], *plan["calls"], *plan["references"]):
        if check["mode"] == "off":
            continue
        demand = typed.get(check["id"])
        if demand is None:
            yield Item(policy, check["id"], _place(document, check["id"]), _BOTH, ())
            continue
        scope = scope_of(spec, is_dataset=demand.is_dataset)
        asked, _ = compile_text(demand.text, scope, bounded=False)
        when, _ = compile_text(demand.rule.when, scope, bounded=False) if demand.rule.when is not None else (None, [])
        is_open = asked is not None and may_be_unknown(asked, when)
        yield Item(policy, demand.id, document.key_span(*demand.path[:2]), _ALL if is_open else _BOTH, ())


def _place(document: Document[Contract], rule: str) -> Span:
    """Where a check over several rows is written: `key`, `order`, `columns.day.unique`, `references.symbol`."""
    return document.key_span(*rule.split("."))


def _invariants(document: Document[Invariants]) -> Iterator[Item]:
    for each in watched(document.spec):
        part, _, name = each.id.partition(".")
        is_open = each.form in ("always", "at_end") and may_be_unknown(each.expr, each.when)
        span = document.key_span(part, name)
        yield Item(f"invariants {document.spec.name}", each.id, span, _ALL if is_open else _BOTH, ())


def _config(document: Document[Config]) -> Iterator[Item]:
    spec, policy = document.spec, f"config {document.spec.name}"
    for name, rule in spec.rules.items():
        if rule.mode == "off":
            continue
        wholes = [whole_rule(spec, rule, within) for within in rule.within or (None,)]
        is_open = any(whole is not None and whole.nullable for whole in wholes)
        yield Item(policy, f"rules.{name}", document.key_span("rules", name), _ALL if is_open else _BOTH, ())
    for place in places(spec):
        if isinstance(place.node, Value):
            keys = [key for key, _ in bounds(place.node)] + ["values"] * (place.node.values is not None)
            span = document.key_span(*document.written(*place.path))
            yield from (Item(policy, f"{place.dotted}.{key}", span, _BOTH, ()) for key in keys)


def _resilience(document: Document[Resiliences]) -> Iterator[Item]:
    for name, policy in document.spec.policies.items():
        parts = [SUCCESS]
        parts += [RETRY, GIVE_UP] if policy.retry is not None else []
        parts += [BREAKER_OPEN] if policy.breaker is not None and policy.breaker.mode == "enforce" else []
        parts += [FALLBACK] if policy.fallback is not None else []
        span = document.key_span("policies", name)
        yield from (Item(f"resilience {name}", part, span, (SHOWN,), ()) for part in parts)


def _errors(document: Document[Errors]) -> Iterator[Item]:
    for code, entry in document.spec.errors.items():
        if isinstance(entry, ActiveError):
            yield Item(f"error {code}", "message", document.key_span("errors", code), (RENDERED,), ())


_ITEMS: dict[str, Any] = {
    "contract": _contract,
    "invariants": _invariants,
    "config": _config,
    "resilience": _resilience,
    "errors": _errors,
}
