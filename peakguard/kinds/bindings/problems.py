"""What a guard has to say of a call: a broken demand, or a fault of its own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from peakguard.diagnostics import codes
from peakguard.runtime.errors import PeakguardError
from peakguard.runtime.events import emit
from peakguard.runtime.guarding.flavour import Flavour
from peakguard.runtime.guarding.parameters import Parameters
from peakguard.runtime.policy_set import PolicySet
from peakguard.runtime.streams import say

_said: set[tuple[str, str]] = set()


class Site(NamedTuple):
    """One function under one binding. `is_enforced`: what is wrong is raised, else it is only reported."""

    binding: str
    target: str
    origin: str
    is_enforced: bool
    is_critical: bool
    parameters: Parameters
    flavour: Flavour
    policies: PolicySet

    def refused(self, rule: str, code: str | None, message: str | None, **context: Any) -> PeakguardError | None:
        """The error for a broken demand; None where that is only reported."""
        error = self._error(rule, code, message, context)
        emit(
            "call_refused",
            severity="error" if self.is_enforced else "warning",
            policy_set=self.policies.digest,
            binding=self.binding,
            rule=rule,
            code=error.code,
            enforced=self.is_enforced,
        )
        return error if self.is_enforced else None

    def _error(self, rule: str, code: str | None, message: str | None, context: Mapping[str, Any]) -> PeakguardError:
        said: dict[str, Any] = {"binding": self.binding, "rule": rule, "origin": self.origin, **context}
        said["summary"] = message or context.get("summary", "")
        definition = self.policies.errors.find(code) if code is not None else None
        if definition is None:
            return PeakguardError(code or codes.CALL_REFUSED, **said)
        from peakguard.runtime.failure.built_ins import blank
        from peakguard.runtime.failure.catalogued import class_of

        error: PeakguardError = blank(class_of(definition))
        PeakguardError.__init__(error, definition.code, **{**context, **said})
        error.policy_set = self.policies.digest
        return error

    def failed(self, layer: str, fault: BaseException) -> PeakguardError | None:
        """What to raise for a fault of peakguard itself, or of the policy: nothing, unless the binding is critical.

        Each is reported once; the call goes on as if the layer were not there.
        """
        error = PeakguardError(codes.GUARD_FAILED, binding=self.binding, layer=layer, problem=_shown(fault))
        error.__cause__ = fault
        if self.is_critical and self.is_enforced:
            return error
        if (self.binding, layer) not in _said:
            _said.add((self.binding, layer))
            emit("guard_failed", severity="error", policy_set=self.policies.digest, binding=self.binding, layer=layer)
            say(f"peakguard: {error}\n")
        return None


def bare(error: PeakguardError) -> PeakguardError:
    """An error without the frames it came through, which are ours and say nothing to who reads the traceback."""
    return error.with_traceback(None)


def _shown(fault: BaseException) -> str:
    text = str(fault).partition("\n")[0]
    return f"{type(fault).__name__}: {text}" if text else type(fault).__name__
