"""What one file contributes to a check; JSON values throughout, so that it can be kept between runs."""

from __future__ import annotations

from typing import Any, NamedTuple

from peakguard.diagnostics.diagnostic import Diagnostic
from peakguard.diagnostics.span import Span
from peakguard.language.facts import Fact
from peakguard.language.references import Reference


class Silence(NamedTuple):
    """A suppression as it is applied: the code, the last day, and where it is written."""

    code: str
    until: str
    span: Span


class Unit(NamedTuple):
    """One analysed file. `broken` files could not be decoded; what they declare is unknown."""

    file: str
    broken: bool
    facts: tuple[Fact, ...] = ()
    references: tuple[Reference, ...] = ()
    findings: tuple[Diagnostic, ...] = ()
    silences: tuple[Silence, ...] = ()
    dated: bool = False

    def to_json(self) -> list[Any]:
        """Nested lists and plain values."""
        return [
            self.broken,
            self.facts,
            self.references,
            self.findings,
            self.silences,
            self.dated,
        ]

    @classmethod
    def from_json(cls, file: str, data: list[Any]) -> Unit:
        """The unit that `to_json` wrote."""
        broken, facts, references, findings, silences, dated = data
        return cls(
            file,
            broken,
            tuple(Fact(space, name, Span(*span), known) for space, name, span, known in facts),
            tuple(Reference(space, name, Span(*span)) for space, name, span in references),
            diagnostics_from_json(findings),
            tuple(Silence(code, until, Span(*span)) for code, until, span in silences),
            dated,
        )


def diagnostics_from_json(data: list[Any]) -> tuple[Diagnostic, ...]:
    """Diagnostics written as JSON lists."""
    return tuple(Diagnostic(code, severity, Span(*span), values) for code, severity, span, values in data)
