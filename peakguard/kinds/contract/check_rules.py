"""What can be wrong with the rules of a contract: their expressions, and what they leave unsaid."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from peakguard.diagnostics import codes
from peakguard.diagnostics.diagnostic import Diagnostic, found
from peakguard.expression import compile_text
from peakguard.expression.typed import TypedExpression
from peakguard.kinds.contract.model import Contract
from peakguard.kinds.contract.scope import scope_of
from peakguard.language.document import Document
from peakguard.language.rule import KEYS_OF, Rule
from peakguard.syntax.node import Path

_NAME = r"[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)*"
_FUNCTION = re.compile(f"{_NAME}:{_NAME}")


def check_rules(document: Document[Contract]) -> Iterator[Diagnostic]:
    """Findings about every expression of the rules."""
    for name, rule in document.spec.rules.items():
        path: Path = ("rules", name)
        yield from _check_keys(document, path, rule)
        form = rule.form
        if form == "call":
            yield from _check_call(document, path, rule)
            continue
        typed = yield from _check_text(document, (*path, form), is_dataset=form == "dataset")
        condition = None
        if rule.when is not None and rule.dataset is not None:
            yield found(codes.WHEN_OF_DATASET, document.key_span(*path, "when"))
        elif rule.when is not None:
            condition = yield from _check_text(document, (*path, "when"), is_dataset=False)
        if typed is not None and (rule.when is None or condition is not None):
            whole = typed if rule.when is None else _implied(document, rule)
            yield from _check_on_null(document, path, rule, whole)


def _check_keys(document: Document[Contract], path: Path, rule: Rule) -> Iterator[Diagnostic]:
    for key, forms in KEYS_OF.items():
        if key in rule.model_fields_set and rule.form not in forms:
            allowed = " and ".join(f"`{form}`" for form in forms)
            yield found(codes.RULE_KEY_MISFIT, document.key_span(*path, key), form=rule.form, key=key, forms=allowed)


def _check_call(document: Document[Contract], path: Path, rule: Rule) -> Iterator[Diagnostic]:
    """The function itself is not looked at: a check runs no code of the project."""
    assert rule.call is not None
    if _FUNCTION.fullmatch(rule.call) is None:
        yield found(codes.BAD_CALL, document.span(*path, "call"), call=rule.call)
    if not rule.reads:
        yield found(codes.CALL_READS_NOTHING, document.key_span(*path), call=rule.call)


def _check_text(document: Document[Contract], path: Path, *, is_dataset: bool) -> Any:
    text = _text_at(document, path)
    scope = scope_of(document.spec, is_dataset=is_dataset)
    # A condition says which rows are asked, so it cannot depend on all of them.
    scope = scope._replace(whole=False) if path[-1] == "when" else scope
    typed, faults = compile_text(text, scope)
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
