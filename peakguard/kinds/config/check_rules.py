"""What can be wrong with the expressions of a config policy, and what they leave unsaid."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from peakguard.diagnostics import codes
from peakguard.diagnostics.diagnostic import Diagnostic, found
from peakguard.expression import compile_text
from peakguard.expression.scope import Scope
from peakguard.expression.typed import TypedExpression
from peakguard.kinds.config.demands import conditions
from peakguard.kinds.config.model import Config, Demand
from peakguard.kinds.config.scope import scope_of
from peakguard.kinds.config.structure import part_at
from peakguard.language.document import Document
from peakguard.syntax.node import Path


def check_rules(document: Document[Config]) -> Iterator[Diagnostic]:
    """Findings about every expression."""
    for _, asked in conditions(document.spec):
        yield from _check_text(document, asked.path, asked.text, asked.scope)
    for name, rule in document.spec.rules.items():
        told: list[Diagnostic] = []
        for within in rule.within or (None,):
            if within is None or part_at(document.spec, within) is not None:
                fresh = [each for each in _check_rule(document, ("rules", name), rule, within) if each not in told]
                told += fresh
                yield from fresh


def _check_rule(document: Document[Config], path: Path, rule: Demand, within: str | None) -> Iterator[Diagnostic]:
    scope = scope_of(document.spec, within)
    typed = yield from _check_text(document, (*path, "expr"), rule.expr, scope)
    condition = None
    if rule.when is not None:
        condition = yield from _check_text(document, (*path, "when"), rule.when, scope)
    if typed is None or (rule.when is not None and condition is None):
        return
    whole = typed if rule.when is None else whole_rule(document.spec, rule, within)
    assert whole is not None
    if whole.unknown_where and rule.on_null is None:
        yield found(codes.ON_NULL_MISSING, document.key_span(*path), causes=" or ".join(whole.unknown_where))
    elif rule.on_null is not None and not whole.root.nullable:
        yield found(codes.ON_NULL_NEEDLESS, document.key_span(*path, "on_null"))


def whole_rule(spec: Config, rule: Demand, within: str | None) -> TypedExpression | None:
    """A rule with its condition as one expression; None where one of them is not sound."""
    text = rule.expr if rule.when is None else f"not ({rule.when}) or ({rule.expr})"
    return compile_text(text, scope_of(spec, within), bounded=False)[0]


def _check_text(document: Document[Config], path: Path, text: str, scope: Scope) -> Any:
    typed, faults = compile_text(text, scope)
    for fault in faults:
        span = document.inner_span(document.written(*path), fault.start, fault.end)
        yield found(fault.code, span, **fault.data)
    return typed
