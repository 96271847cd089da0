"""A refused configuration as an error: a ConfigError, and the error of the catalog that a broken rule names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from peakguard.diagnostics import codes
from peakguard.diagnostics.diagnostic import ERROR, Diagnostic
from peakguard.runtime.errors import ConfigError, PeakguardError
from peakguard.runtime.failure.built_ins import blank
from peakguard.runtime.failure.catalogued import class_of
from peakguard.runtime.failure.definition import Definition


def named_code(findings: Sequence[Diagnostic]) -> str | None:
    """The code that the first broken rule names, if the first that names one does."""
    named = (each.data.get("error") for each in findings if each.severity == ERROR)
    return next((code for code in named if code), None)


def refusal_of(
    config: str, findings: Sequence[Diagnostic], definition: Definition | None, policy_set: str | None
) -> ConfigError:
    """The error to raise; `definition` is what the catalog says of the code that a broken rule names."""
    errors = [finding for finding in findings if finding.severity == ERROR]
    first = f"{errors[0].span}: {errors[0].message}"
    context: dict[str, Any] = {"config": config, "count": len(errors), "first": first}
    if definition is None:
        error = ConfigError(codes.CONFIG_REFUSED, findings, **context)
    else:
        broken: Mapping[str, Any] = next(each.data for each in errors if each.data.get("error") == definition.code)
        kind: Any = class_of(definition, ConfigError)
        error = blank(kind)
        PeakguardError.__init__(error, definition.code, **{**broken, **context})
        error.diagnostics = tuple(findings)
    error.policy_set = policy_set
    return error
