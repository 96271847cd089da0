"""What can be wrong with the rules of a contract: their expressions, and what they leave unsaid."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from peakguard.diagnostics import codes
from peakguard.diagnostics.diagnostic import Diagnostic, found
from peakguard.expression import compile_text
from peakguard.expression.typed import TypedExpression
from peakguard.kinds.contract.model import Contract
from peakguard.kinds.contract.scope import scope_of
from peakguard.language.document import Document
from peakguard.language.rule import Rule
from peakguard.syntax.node import Path


def check_rules(document: Document[Contract]) -> Iterator[Diagnostic]:
    """Findings about every expression of the rules."""
    for name, rule in document.spec.rules.items():
        form = "expr" if rule.expr is not None else "dataset"
        path: Path = ("rules", name)
        typed = yield from _check_text(document, (*path, form), is_dataset=form == "dataset")
        condition = None
        if rule.when is not None and rule.dataset is not None:
            yield found(codes.WHEN_OF_DATASET, document.key_span(*path, "when"))
        elif rule.when is not None:
            condition = yield from _check_text(document, (*path, "when"), is_dataset=False)
        if typed is not None and (rule.when is None or condition is not None):
            whole = typed if rule.when is None else _implied(document, rule)
            yield from _check_on_null(document, path, rule, whole)


def _check_text(document: Document[Contract], path: Path, *, is_dataset: bool) -> Any:
    text = _text_at(document, path)
    typed, faults = compile_text(text, scope_of(document.spec, is_dataset=is_dataset))
    for fault in faults:
        yield found(fault.code, document.inner_span(path, fault.start, fault.end), **fault.data)
    return typed


def _text_at(document: Document[Contract], path: Path) -> str:
    _, name, form = path
    text: str = getattr(document.spec.rules[str(name)], str(form))
    return text


def _implied(document: Document[Contract], rule: Rule) -> TypedExpression:
    """A rule with a `when` as one expression: what that asks `is_null` about is known where the rule applies."""
    text = f"not ({rule.when}) or ({rule.expr})"
    typed, faults = compile_text(text, scope_of(document.spec), bounded=False)
    assert typed is not None, (text, faults)
    return typed


def _check_on_null(
    document: Document[Contract], path: Path, rule: Rule, typed: TypedExpression
) -> Iterator[Diagnostic]:
    if typed.unknown_where and rule.on_null is None:
        yield found(codes.ON_NULL_MISSING, document.key_span(*path), causes=" or ".join(typed.unknown_where))
    elif rule.on_null is not None and not typed.root.nullable:
        yield found(codes.ON_NULL_NEEDLESS, document.key_span(*path, "on_null"))
