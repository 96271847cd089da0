"""Errors as they read, and foreign exceptions as the catalogs classify them."""

from __future__ import annotations

import errno
import pickle
from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from peakguard.api.rule_testing.outcome import Mismatch, shown
from peakguard.kinds.resilience.simulation.fault import fault_of
from peakguard.kinds.test.expected import OfError
from peakguard.kinds.test.model import ErrorCase, ExceptionCase, Suite
from peakguard.language.document import Document
from peakguard.runtime.errors import PeakguardError
from peakguard.runtime.failure.failure import Failure
from peakguard.runtime.lengths import nanoseconds
from peakguard.runtime.policy_set import PolicySet
from peakguard.syntax.node import Path


def run_error(policies: PolicySet, case: ErrorCase, document: Document[Suite], at: Path) -> list[Mismatch]:
    """Raise the error, pickle it and write it as JSON: it says the same each time."""
    definition = policies.errors.definition(case.error)
    context = typed_context(definition.context, case.context)
    error = policies.error(case.error, **context)
    mismatches = []
    notes = [note for note in getattr(error, "__notes__", ()) if "PG2031" in note]
    if notes:
        mismatches.append(Mismatch("unexpected", document.span(*at, "context"), case.error, "its context", notes[0]))
    mismatches += _compared(document, (*at, "expect"), case.expect, error.peakguard)
    again = pickle.loads(pickle.dumps(error))  # noqa: S301 # what was pickled just now
    forms = {"pickled": again.message, "JSON": error.to_dict()["message"]}
    for name, message in forms.items():
        if message != error.message:
            what = f"the message, raised and {name}"
            mismatches.append(Mismatch("disagreement", document.span(*at, "error"), what, error.message, message))
    return mismatches


def run_exception(
    policies: PolicySet, case: ExceptionCase, document: Document[Suite], at: Path
) -> tuple[list[Mismatch], str | None]:
    """Classify a foreign exception; given is the code that it gets as well."""
    foreign = case.exception
    error = fault_of(foreign.type, policies)
    if error is None:
        span = document.span(*document.written(*at, "exception", "type"))
        return [Mismatch("not run", span, foreign.type, "an exception", "nothing that can be raised")], None
    error.args = (foreign.message,)
    if foreign.status is not None:
        error.status_code = foreign.status  # type: ignore[attr-defined] # as clients of HTTP have it
    if foreign.errno is not None:
        error.errno = getattr(errno, foreign.errno, None)  # type: ignore[attr-defined] # as those of the system have it
    failure = policies.classify(error, **case.context)
    code, wanted = (failure.code if failure is not None else None), case.expect.error
    if code != wanted:
        span = document.span(*at, "expect", "error")
        told = [
            Mismatch("expectation", span, "code", wanted or "none, it stays foreign", code or "none, it stays foreign")
        ]
        return told, code
    found = _compared(document, (*at, "expect"), case.expect, failure) if failure is not None else iter(())
    return list(found), code


def _compared(document: Document[Suite], path: Path, expect: OfError, failure: Failure) -> Iterator[Mismatch]:
    definition = failure.definition
    found: dict[str, Any] = {
        "message": failure.message,
        "hints": failure.hints,
        "recovery": failure.recovery,
        "severity": definition.severity,
        "retryable": definition.retryable,
        "exit_code": definition.exit_code,
        "http_status": definition.http_status,
        "also": tuple(definition.also),
    }
    for key, got in found.items():
        wanted = getattr(expect, key)
        if wanted is not None and wanted != got:
            yield Mismatch("expectation", document.span(*path, key), key, shown(wanted), shown(got))
    if expect.error is not None and expect.error != failure.code:
        yield Mismatch("expectation", document.span(*path, "error"), "code", expect.error, failure.code)


def typed_context(declared: Mapping[str, Any], context: Mapping[str, Any]) -> dict[str, Any]:
    """The context with values of the declared types, as a program gives them."""
    return {name: _value(declared[name][0], value) if name in declared else value for name, value in context.items()}


def _value(type_text: str, value: Any) -> Any:
    kind = type_text.partition("[")[0].partition("(")[0]
    if kind == "duration" and isinstance(value, str):
        return timedelta(microseconds=nanoseconds(value) / 1000)
    readers: dict[str, Any] = {"date": date.fromisoformat, "datetime": datetime.fromisoformat, "decimal": Decimal}
    return readers[kind](str(value)) if kind in readers else value


UNREADABLE = (ValueError, PeakguardError)
"""What a context that is none of its types may raise."""
