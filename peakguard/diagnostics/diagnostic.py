"""A fault in a policy file, as a value: what, where, and the facts its message is made of."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from peakguard.diagnostics.span import Span

if TYPE_CHECKING:
    from peakguard.diagnostics.catalog import Entry

ERROR = "error"
WARNING = "warning"
INFO = "info"


class Diagnostic(NamedTuple):
    """One finding of `check`: a catalogued code, its place, and the data its wording is filled from.

    `data` holds JSON values only. Wording is looked up when it is asked for, so that it may
    improve without touching what finds faults.
    """

    code: str
    severity: str
    span: Span
    data: Mapping[str, Any]

    @property
    def slug(self) -> str:
        """The name of the code, e.g. `unknown_key`."""
        return _entry(self.code).slug

    @property
    def message(self) -> str:
        """What is wrong, in one sentence."""
        from peakguard.diagnostics import wording

        return wording.message(self.code, self.data)

    @property
    def hint(self) -> str:
        """What to do about it; empty when the message says it all."""
        from peakguard.diagnostics import wording

        return wording.hint(self.code, self.data)


def found(code: str, span: Span, /, **data: Any) -> Diagnostic:
    """A diagnostic of the severity that the catalog gives its code."""
    return Diagnostic(code, _entry(code).severity, span, data)


def _entry(code: str) -> "Entry":
    from peakguard.diagnostics.catalog import CATALOG

    return CATALOG[code]
