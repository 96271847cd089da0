"""A broken invariant as an error: an InvariantViolation, and the error of the catalog that the policy names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from peakguard.diagnostics import codes
from peakguard.runtime.errors import InvariantViolation, PeakguardError
from peakguard.runtime.invariant import Breach

if TYPE_CHECKING:
    from peakguard.runtime.policy_set import PolicySet


def violation_of(
    table: Mapping[str, Any], breaches: Sequence[Breach], policies: PolicySet | None
) -> InvariantViolation:
    """The error to raise; its context holds the values of the first breach, for messages and hints to show.

    `origin` is the file and line that declare the first broken invariant.
    """
    first = breaches[0]
    names = ", ".join(each.id for each in breaches)
    context: dict[str, Any] = {"policy": table["name"], "version": table["version"], "step": first.step}
    context["summary"] = f"step {first.step} breaks {names}"
    declared = {each["id"]: each["origin"] for each in table["invariants"]}
    if first.id in declared:
        context["origin"] = declared[first.id]
    code = next((each.error for each in breaches if each.error), None)
    definition = policies.errors.find(code) if policies is not None and code is not None else None
    if definition is None:
        error = InvariantViolation(code or codes.INVARIANT_BROKEN, breaches, **context)
    else:
        from peakguard.runtime.failure.built_ins import blank
        from peakguard.runtime.failure.catalogued import class_of

        kind: Any = class_of(definition, InvariantViolation)
        error = blank(kind)
        PeakguardError.__init__(error, definition.code, **{**first.values, **context})
        error.breaches = tuple(breaches)
    error.policy_set = policies.digest if policies is not None else None
    return error
