"""The exceptions of peakguard: one for who wrote a policy, one for who sent the data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from peakguard.diagnostics.diagnostic import Diagnostic
    from peakguard.runtime.violation import Violation


class PeakguardError(Exception):
    """A catalogued error; `code` names its page, `context` holds what its message is made of."""

    def __init__(self, code: str, /, **context: Any) -> None:
        super().__init__(code, context)
        self.code = code
        self.context: Mapping[str, Any] = context

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuild, (type(self), self.code, dict(self.context), dict(self.__dict__))

    def __str__(self) -> str:
        from peakguard.diagnostics.wording import hint, message

        return f"{self.code}: {message(self.code, self.context)}. {hint(self.code, self.context)}"


class PolicyError(PeakguardError):
    """The policies cannot be loaded; `diagnostics` holds every finding, errors and lesser ones."""

    def __init__(self, code: str, diagnostics: Sequence[Diagnostic] = (), /, **context: Any) -> None:
        super().__init__(code, **context)
        self.diagnostics = tuple(diagnostics)


class ContractViolation(PeakguardError):
    """Data breaks its contract; `violations` holds one entry for each rule that refuses it."""

    def __init__(self, code: str, violations: Sequence[Violation] = (), /, **context: Any) -> None:
        super().__init__(code, **context)
        self.violations = tuple(violations)

    def __str__(self) -> str:
        from peakguard.runtime.violation import describe

        return "\n".join([_headline(self), *(f"  {describe(violation)}" for violation in self.violations)])


def _headline(error: ContractViolation) -> str:
    context = error.context
    return f"{error.code}: {context['contract']} {context['version']}: {context['summary']}"


def _rebuild(kind: type[PeakguardError], code: str, context: dict[str, Any], state: dict[str, Any]) -> PeakguardError:
    error = kind(code, **context)
    error.__dict__.update(state)
    return error
