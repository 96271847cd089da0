"""Elements of texts in the expression language: compared by what they mean, not by how they are written."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from peakguard.expression import compile_text
from peakguard.expression.entailment import form_of, renamed
from peakguard.expression.scope import Scope
from peakguard.language.change import Element


def as_meant(element: Element, text: str, scope: Scope, names: Mapping[str, str] | None = None) -> Element:
    """The element of an expression with its form as the value; the text itself where it cannot be read.

    `names` are names of columns that were given others.
    """
    typed, _ = compile_text(text, scope, bounded=False)
    if typed is None:
        return element._replace(value=text, detail=None)
    form: Any = renamed(form_of(typed.root), dict(names or {}))
    return element._replace(value=repr(form), detail=form)
