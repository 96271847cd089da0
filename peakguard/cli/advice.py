"""What the catalog of a project says to do about the codes that broken rules name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from peakguard.reporters.validation import Advice, Validation
from peakguard.runtime.failure.written import sentence

if TYPE_CHECKING:
    from peakguard.runtime.failure.definition import Definition
    from peakguard.runtime.policy_set import PolicySet


def advice_on(policies: PolicySet, validation: Validation) -> dict[str, Advice]:
    """By code; of a code that several rules name, with the values of the first of them."""
    found: dict[str, Advice] = {}
    for verdict in validation.verdicts.values():
        for violation in verdict.violations:
            code = violation.error
            definition = policies.errors.find(code) if code is not None and code not in found else None
            if definition is not None:
                first = violation.examples[0] if violation.examples else None
                values = {**first.key, **first.values} if first is not None else {}
                context = {"contract": verdict.contract, "version": verdict.version, **values}
                found[definition.code] = _advice(definition, context)
    return found


def _advice(definition: Definition, context: Mapping[str, Any]) -> Advice:
    hints = tuple(sentence(each, context) for each in definition.hints)
    return Advice(definition.title, hints, tuple(sentence(each, context) for each in definition.recovery))
