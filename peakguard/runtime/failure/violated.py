"""A broken contract as an error: a ContractViolation, and the error of the catalog that the contract names."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from peakguard.diagnostics import codes
from peakguard.runtime.errors import ContractViolation, PeakguardError
from peakguard.runtime.failure.built_ins import blank
from peakguard.runtime.failure.catalogued import class_of
from peakguard.runtime.failure.definition import Definition
from peakguard.runtime.violation import Violation


def violation_of(
    contract: str,
    version: str,
    violations: Sequence[Violation],
    code: str | None,
    definition: Definition | None,
    policy_set: str | None,
    origin: str | None = None,
) -> ContractViolation:
    """The error to raise; `code` is what the first broken rule names, `definition` what the catalog says of it, and
    `origin` the file and line that declare the rule.

    Its context holds the contract, and of the first offending row the key and the values that the rule read, so
    that hints and messages can show them.
    """
    rules = ", ".join(each.rule for each in violations)
    context: dict[str, Any] = {"contract": contract, "version": version, "summary": f"broken: {rules}"}
    if origin is not None:
        context["origin"] = origin
    if definition is None:
        error = ContractViolation(code or codes.CONTRACT_VIOLATED, violations, **context)
    else:
        first = next((example for each in violations for example in each.examples), None)
        shown = {**first.key, **first.values} if first is not None else {}
        counted = {"count": sum(each.failed + each.unknown for each in violations), "rules": rules}
        kind: Any = class_of(definition, ContractViolation)
        error = blank(kind)
        PeakguardError.__init__(error, definition.code, **{**shown, **counted, **context})
        error.violations = tuple(violations)
    error.policy_set = policy_set
    return error
