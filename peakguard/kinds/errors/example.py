"""Example contexts: each must hold exactly the fields of the error, each of its type."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from peakguard.diagnostics import codes
from peakguard.diagnostics.diagnostic import Diagnostic, found
from peakguard.diagnostics.wording import did_you_mean
from peakguard.kinds.errors.model import ActiveError, Errors
from peakguard.language.document import Document
from peakguard.syntax.parse import describe_value


def check_examples(document: Document[Errors], code: str, entry: ActiveError) -> Iterator[Diagnostic]:
    """Findings about the examples of one code."""
    for index, example in enumerate(entry.examples):
        path = ("errors", code, "examples", index, "context")
        for name, value in example.context.items():
            if name not in entry.context:
                known, suggestion = ", ".join(entry.context), did_you_mean(name, list(entry.context))
                span = document.key_span(*path, name)
                yield found(codes.UNKNOWN_KEY, span, key=name, known=known, suggestion=suggestion)
            elif not holds(entry.context[name].type, value):
                expected, is_now = f"a value of type {entry.context[name].type}", describe_value(value)
                yield found(codes.WRONG_TYPE, document.span(*path, name), expected=expected, found=is_now)
        for name in entry.context:
            if name not in example.context:
                yield found(codes.MISSING_KEY, document.key_span(*path), key=name)


def holds(type_text: str, value: Any) -> bool:
    """Whether a value written in a policy can stand for a value of a type."""
    match type_text.partition("[")[0].partition("(")[0]:
        case "bool":
            return isinstance(value, bool)
        case "int64":
            return isinstance(value, int) and not isinstance(value, bool)
        case "float64" | "decimal":
            return isinstance(value, int | float) and not isinstance(value, bool)
        case "date":
            return isinstance(value, str) and _reads_as(date, value)
        case "datetime":
            return isinstance(value, str) and _reads_as(datetime, value)
        case _:
            return isinstance(value, str)


def _reads_as(moment: type[date], text: str) -> bool:
    try:
        moment.fromisoformat(text)
    except ValueError:
        return False
    return True
