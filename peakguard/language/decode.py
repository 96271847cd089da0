"""The decode stage: Node -> Document, with every fault at once, each at its place."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from peakguard.diagnostics import codes
from peakguard.diagnostics.diagnostic import Diagnostic, found
from peakguard.diagnostics.wording import did_you_mean
from peakguard.language.document import Document
from peakguard.language.explain_fault import diagnose, is_word
from peakguard.language.header import FORMAT, Policy
from peakguard.language.registry import kind_names, model_of
from peakguard.syntax.node import Mapping, Node, Scalar, Sequence, walk
from peakguard.syntax.parse import describe

M = TypeVar("M", bound=BaseModel)


def decode(file: str, node: Mapping) -> tuple[Document[Policy] | None, list[Diagnostic]]:
    """The document, or None with what is wrong; an unknown format or kind is one finding, whatever else is there."""
    refusal = _check_format(node) or _check_kind(node)
    if refusal is not None:
        return None, [refusal]
    spec, findings = decode_as(model_of(str(node.entries["kind"][1].plain())), node)
    if spec is None:
        return None, findings
    document = Document(file, spec, node)
    return document, _check_version(document)


def decode_as(model: type[M], node: Mapping) -> tuple[M | None, list[Diagnostic]]:
    """A table as a model, or None with everything that is wrong with it."""
    empty = [found(codes.EMPTY_VALUE, each.span) for each in _empty_values(node)]
    try:
        spec = model.model_validate(node.plain())
    except ValidationError as error:
        told = error.errors(include_url=False)
        # A list whose items are all at fault counts as empty; it is not.
        faults = [diagnose(each, model, node) for each in told if each["type"] != "too_short" or not each["input"]]
        places = {finding.span for finding in empty}
        return None, [*empty, *_without_echoes([each for each in faults if each.span not in places])]
    except RecursionError:
        return None, [found(codes.TOO_DEEP, node.span, limit=64)]
    return (None, empty) if empty else (spec, [])


def _empty_values(node: Mapping) -> Iterator[Node]:
    """Values that are null: TOML has none, and a key without a value is a slip more often than a wish."""
    for each in walk(node):
        if isinstance(each, Mapping):
            # A key that is no word was cut off by a comma, which is a finding of its own.
            yield from (value for key, (_, value) in each.entries.items() if _is_null(value) and is_word(key))
        elif isinstance(each, Sequence):
            yield from (item for item in each.items if _is_null(item))


def _is_null(node: Node) -> bool:
    return isinstance(node, Scalar) and node.value is None


def _check_format(node: Mapping) -> Diagnostic | None:
    if "peakguard" not in node.entries:
        first = next((key.span for key, _ in node.entries.values()), node.span)
        return found(codes.MISSING_HEADER, first, supported=FORMAT)
    value = node.entries["peakguard"][1]
    if isinstance(value, Scalar) and value.value == FORMAT and not isinstance(value.value, bool | float):
        return None
    return found(codes.UNKNOWN_FORMAT, value.span, found=describe(value), supported=FORMAT)


def _check_kind(node: Mapping) -> Diagnostic | None:
    if "kind" not in node.entries:
        return found(codes.MISSING_KEY, node.entries["peakguard"][0].span, key="kind")
    value = node.entries["kind"][1]
    if not isinstance(value, Scalar) or not isinstance(value.value, str):
        return found(codes.WRONG_TYPE, value.span, expected="the name of a kind", found=describe(value))
    known = kind_names()
    if value.value in known:
        return None
    suggestion = did_you_mean(value.value, known)
    return found(codes.UNKNOWN_KIND, value.span, found=value.value, known=", ".join(known), suggestion=suggestion)


def _without_echoes(findings: list[Diagnostic]) -> list[Diagnostic]:
    """A mistyped key is one mistake: the key it was meant to be is not reported as missing as well."""
    meant = {finding.data["suggestion"] for finding in findings if finding.code == codes.UNKNOWN_KEY}
    return [
        finding
        for finding in findings
        if finding.code != codes.MISSING_KEY or did_you_mean(finding.data["key"], [finding.data["key"]]) not in meant
    ]


def _check_version(document: Document[Policy]) -> list[Diagnostic]:
    requires: Any = document.spec.requires
    if requires is None:
        return []
    from peakguard.language.requirement import satisfies

    return satisfies(requires, document.span("requires"))
