"""The exceptions of peakguard: what is wrong with policies, data and calls, each under a code of a catalog."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from peakguard.diagnostics.diagnostic import Diagnostic
    from peakguard.runtime.failure.definition import Definition
    from peakguard.runtime.failure.failure import Failure
    from peakguard.runtime.failure.occurrence import Occurrence
    from peakguard.runtime.invariant import Breach
    from peakguard.runtime.violation import Violation


class PeakguardError(Exception):
    """A catalogued error; `code` names its page, `context` holds what its message is made of.

    It pickles with its context, notes and causes, so that it crosses processes.
    """

    policy_set: str | None = None
    """The digest of the policies that judged it."""

    def __init__(self, code: str, /, **context: Any) -> None:
        from peakguard.runtime.failure.occurrence import now  # only who fails pays for it

        super().__init__(code, context)
        self.code = code
        self.context: Mapping[str, Any] = context
        self.occurrence: Occurrence = now()

    @property
    def definition(self) -> Definition:
        """What the catalog says of the code."""
        from peakguard.runtime.failure.own import own_definition

        return own_definition(self.code)

    @property
    def message(self) -> str:
        """What happened, in a sentence."""
        from peakguard.runtime.failure.written import sentence

        return sentence(self.definition.message, self.context)

    @property
    def peakguard(self) -> Failure:
        """Everything that is known of it, in the form that foreign exceptions get when they are classified."""
        from peakguard.runtime.failure.failure import Failure

        return Failure(self.definition, self.context, self.message, self.occurrence, self.policy_set)

    @property
    def slug(self) -> str:
        """The name of the error in telemetry."""
        return self.definition.slug

    @property
    def severity(self) -> str:
        """info, warning, error or critical."""
        return self.definition.severity

    @property
    def retryable(self) -> bool:
        """Whether trying again can help."""
        return self.definition.retryable

    @property
    def hints(self) -> tuple[str, ...]:
        """What to try, shortest way first."""
        return self.peakguard.hints

    @property
    def recovery(self) -> tuple[str, ...]:
        """Steps for the operator, in order."""
        return self.peakguard.recovery

    @property
    def run_id(self) -> str | None:
        """The run it happened in."""
        return self.occurrence.run_id

    @property
    def trace_id(self) -> str | None:
        """The trace it happened in."""
        return self.occurrence.trace_id

    def to_dict(self) -> dict[str, Any]:
        """Everything that is known of it and of its causes, as values of JSON."""
        from peakguard.runtime.failure.forms import to_dict

        return to_dict(self.peakguard, self)

    def to_json(self) -> str:
        """The same as one line of JSON."""
        from peakguard.runtime.failure.forms import to_json

        return to_json(self.peakguard, self)

    def problem(self) -> dict[str, Any]:
        """Problem details for an HTTP answer, as RFC 9457 has them."""
        from peakguard.runtime.failure.forms import problem

        return problem(self.peakguard)

    def __reduce__(self) -> tuple[Any, ...]:
        from peakguard.runtime.failure.pickled import reduced

        return reduced(self)

    def __str__(self) -> str:
        hint = " ".join(self.hints[:1])
        return f"{self.code}: {self.message}" + (f". {hint}" if hint else "")


class PolicyError(PeakguardError):
    """The policies cannot be loaded; `diagnostics` holds every finding, errors and lesser ones."""

    def __init__(self, code: str, diagnostics: Sequence[Diagnostic] = (), /, **context: Any) -> None:
        super().__init__(code, **context)
        self.diagnostics = tuple(diagnostics)


class ConfigError(PeakguardError):
    """A configuration is refused; `diagnostics` holds every finding, each with file, line and column.

    Where a broken rule names an error of the project's catalog, it is that error too.
    """

    diagnostics: tuple[Diagnostic, ...]

    def __init__(self, code: str, diagnostics: Sequence[Diagnostic] = (), /, **context: Any) -> None:
        super().__init__(code, **context)
        self.diagnostics = tuple(diagnostics)

    def __str__(self) -> str:
        # What to do stands with each: a hint for the first alone says nothing of the others.
        hints = [f". {each.hint}" if each.hint else "" for each in self.diagnostics]
        told = zip(self.diagnostics, hints, strict=True)
        places = [f"  {each.span}: {each.code} {each.message}{hint}" for each, hint in told]
        return "\n".join([super().__str__(), *places])


class ContractViolation(PeakguardError):
    """Data breaks its contract; `violations` holds one entry for each rule that refuses it.

    Where the contract names an error of the project's catalog, it is that error too.
    """

    def __init__(self, code: str, violations: Sequence[Violation] = (), /, **context: Any) -> None:
        super().__init__(code, **context)
        self.violations = tuple(violations)

    @property
    def message(self) -> str:
        """Which contract, and which of its rules are broken."""
        context = self.context
        return f"{context['contract']} {context['version']}: {context['summary']}"

    def __str__(self) -> str:
        from peakguard.runtime.violation import describe

        return "\n".join(
            [f"{self.code}: {self.message}", *(f"  {describe(violation)}" for violation in self.violations)]
        )


class InvariantViolation(PeakguardError):
    """A step breaks what holds at every step; `breaches` holds one entry for each invariant that refuses it.

    Where the first of them names an error of the project's catalog, it is that error too. `artifact` is the file that
    holds the last steps, where the run was halted.
    """

    artifact: str | None = None

    def __init__(self, code: str, breaches: Sequence[Breach] = (), /, **context: Any) -> None:
        super().__init__(code, **context)
        self.breaches = tuple(breaches)

    @property
    def message(self) -> str:
        """Which invariants, at which step."""
        context = self.context
        return f"{context['policy']} {context['version']}: {context['summary']}"

    def __str__(self) -> str:
        from peakguard.runtime.invariant import describe

        lines = [f"{self.code}: {self.message}", *(f"  {describe(breach)}" for breach in self.breaches)]
        return "\n".join([*lines, f"  the last steps are in {self.artifact}"] if self.artifact else lines)
