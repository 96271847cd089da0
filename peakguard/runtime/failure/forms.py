"""A failure for machines: a dict, JSON, and problem details (RFC 9457)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from peakguard.runtime.failure.failure import Failure, failure_of
from peakguard.runtime.failure.written import as_json, written

_LONGEST_CHAIN = 16
_MOST_MEMBERS = 32


def to_dict(failure: Failure, error: BaseException) -> dict[str, Any]:
    """Values of JSON: what is known of the failure and of the exception that carries it.

    `chain` leads from its cause to the first one, `members` hold those of an exception group.
    """
    definition, when = failure.definition, failure.occurrence
    return {
        "code": definition.code,
        "slug": definition.slug,
        "domain": definition.domain,
        "category": definition.category,
        "severity": definition.severity,
        "title": definition.title,
        "message": failure.message,
        "context": as_json(failure.context),
        "cause": definition.cause,
        "hints": list(failure.hints),
        "recovery": list(failure.recovery),
        "retryable": definition.retryable,
        "exit_code": definition.exit_code,
        "http_status": definition.http_status,
        "timestamp": when.timestamp,
        "run_id": when.run_id,
        "trace_id": when.trace_id,
        "span_id": when.span_id,
        "origin": definition.origin,
        "policy_set": failure.policy_set,
        "matched": failure.matched,
        "exception": _name(error),
        "notes": [written(note) for note in getattr(error, "__notes__", ())],
        "chain": [_described(each, how) for each, how in chain(error)],
        "members": _members(error),
    }


def to_json(failure: Failure, error: BaseException) -> str:
    """The dict as one line of JSON."""
    return json.dumps(to_dict(failure, error), ensure_ascii=False, separators=(",", ":"))


def problem(failure: Failure) -> dict[str, Any]:
    """Problem details for an HTTP answer; the context is among them, the chain of causes is not."""
    definition, when = failure.definition, failure.occurrence
    details = {
        "type": f"urn:peakguard:{definition.domain}:{definition.code}",
        "title": definition.title,
        "status": definition.http_status,
        "detail": failure.message,
        "instance": f"urn:uuid:{when.run_id}" if when.run_id else None,
        "code": definition.code,
        "slug": definition.slug,
        "context": as_json(failure.context),
        "hints": list(failure.hints),
        "retryable": definition.retryable,
        "timestamp": when.timestamp,
        "trace_id": when.trace_id,
    }
    return {name: value for name, value in details.items() if value is not None}


def chain(error: BaseException) -> Iterator[tuple[BaseException, str]]:
    """What an exception came from, nearest first: by `from` (cause), or while another was handled (context)."""
    seen = {id(error)}
    for _ in range(_LONGEST_CHAIN):
        before, how = error.__cause__, "cause"
        if before is None and not error.__suppress_context__:
            before, how = error.__context__, "context"
        if before is None or id(before) in seen:
            return
        seen.add(id(before))
        yield before, how
        error = before


def _described(error: BaseException, how: str) -> dict[str, Any]:
    failure = failure_of(error)
    return {
        "relation": how,
        "exception": _name(error),
        "message": failure.message if failure is not None else written(error),
        "code": failure.code if failure is not None else None,
    }


def _members(error: BaseException) -> list[dict[str, Any]]:
    if not isinstance(error, BaseExceptionGroup):
        return []
    return [
        {**_described(member, "member"), "members": _members(member)} for member in error.exceptions[:_MOST_MEMBERS]
    ]


def _name(error: BaseException) -> str:
    kind = type(error)
    return kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"
