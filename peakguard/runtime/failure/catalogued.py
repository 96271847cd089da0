"""The exception classes of the codes that a project declares, made when they are first asked for."""

from __future__ import annotations

import sys
from functools import cache
from typing import Any

from peakguard.diagnostics import codes
from peakguard.runtime.errors import PeakguardError
from peakguard.runtime.events import emit
from peakguard.runtime.failure.built_ins import built_ins
from peakguard.runtime.failure.context_types import misfits
from peakguard.runtime.failure.definition import Definition, class_name, severity_of


class CataloguedError(PeakguardError):
    """An error of the project's catalog; its fields are attributes too, as in `error.symbol`."""

    definition: Definition

    def __init__(self, /, **context: Any) -> None:
        super().__init__(self.definition.code, **context)
        problems = list(misfits(self.definition, context))
        if problems:
            self._own_up(problems)
        definition = self.definition
        emit(
            "error_created",
            severity=severity_of(definition),
            code=definition.code,
            slug=definition.slug,
            category=definition.category,
        )

    def _own_up(self, problems: list[str]) -> None:
        """Say that the context is not the declared one: the error itself matters more, except to developers."""
        definition = self.definition
        declared = ", ".join(f"{name}: {type_text}" for name, (type_text, _) in definition.context.items())
        found = {"code": definition.code, "problems": "; ".join(problems), "declared": declared or "nothing"}
        misfit = PeakguardError(codes.CONTEXT_MISFIT, **found)
        if sys.flags.dev_mode:
            raise misfit
        self.add_note(str(misfit))

    def __getattr__(self, name: str) -> Any:
        context = self.__dict__.get("context", {})
        if name in context:
            return context[name]
        raise AttributeError(f"{type(self).__name__!r} has no attribute {name!r}", name=name, obj=self)


def class_of(definition: Definition, joined: type[PeakguardError] | None = None) -> type[CataloguedError]:
    """The exception class of a code; with `joined` one that is that exception too.

    It also is every built-in exception of `also:`. One class for one definition, so that `except` finds it.
    """
    return _made(_Wanted(definition, joined))


class _Wanted:
    """A definition as a key, equal where everything it says is: its mappings have no hash."""

    def __init__(self, definition: Definition, joined: type[PeakguardError] | None) -> None:
        self.definition = definition
        self.joined = joined
        self._text = repr((definition, joined))

    def __hash__(self) -> int:
        return hash(self._text)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Wanted) and other._text == self._text


@cache
def _made(wanted: _Wanted) -> type[CataloguedError]:
    definition = wanted.definition
    members = {
        "__doc__": f"{definition.code}: {definition.title}.",
        "__module__": definition.domain.replace("-", "_"),
        "definition": definition,
    }
    if wanted.joined is not None:
        return type(class_name(definition.slug), (class_of(definition), wanted.joined), members)
    return type(class_name(definition.slug), (CataloguedError, *built_ins(definition.also)), members)
