"""What can be wrong with a contract."""

from __future__ import annotations

from collections.abc import Iterator

from peakguard.diagnostics import codes
from peakguard.diagnostics.diagnostic import Diagnostic, found
from peakguard.diagnostics.wording import did_you_mean
from peakguard.kinds.contract.cadence import NANOSECONDS_A_DAY
from peakguard.kinds.contract.calendars import CALENDARS, NO_CALENDAR
from peakguard.kinds.contract.check_columns import check_columns
from peakguard.kinds.contract.check_rules import check_rules
from peakguard.kinds.contract.model import Cadence, Contract
from peakguard.language.constraints import head
from peakguard.language.document import Document
from peakguard.runtime.lengths import nanoseconds
from peakguard.syntax.node import Path

_TIMES = ("date", "datetime")
_NOT_GROUPABLE = ("float64", "decimal", "duration", "binary", "list", "record")
_NOT_ORDERED = ("binary", "list", "record")


def check(document: Document[Contract]) -> Iterator[Diagnostic]:
    """Findings within one contract."""
    yield from check_columns(document)
    yield from _check_names(document)
    yield from _check_key(document)
    yield from _check_times(document)
    yield from _check_exemptions(document)
    yield from _check_sample(document)
    yield from check_rules(document)


def _check_names(document: Document[Contract]) -> Iterator[Diagnostic]:
    for path, name in _column_names(document.spec):
        if name not in document.spec.columns:
            known = list(document.spec.columns)
            data = {"column": name, "known": ", ".join(known), "suggestion": did_you_mean(name, known)}
            span = document.key_span(*path) if path[0] == "references" else document.span(*path)
            yield found(codes.UNKNOWN_COLUMN, span, **data)
        elif "within" in path and head(type_text := document.spec.columns[name].shape) in _NOT_GROUPABLE:
            yield found(codes.NOT_GROUPABLE, document.span(*path), column=name, type=type_text)


def _column_names(spec: Contract) -> Iterator[tuple[Path, str]]:
    """Every place outside expressions that names a column of this contract."""
    yield from ((("key", index), name) for index, name in enumerate(spec.key))
    if spec.order is not None:
        yield ("order", "by"), spec.order.by
        yield from ((("order", "within", index), name) for index, name in enumerate(spec.order.within))
    if spec.cadence is not None:
        yield ("cadence", "column"), spec.cadence.column
        yield from ((("cadence", "within", index), name) for index, name in enumerate(spec.cadence.within))
    if spec.freshness is not None:
        yield ("freshness", "column"), spec.freshness.column
    for name, foreign in spec.references.items():
        yield ("references", name), name
        yield from ((("references", name, "also", own), own) for own in foreign.also)
    for rule_name, rule in spec.rules.items():
        yield from ((("rules", rule_name, "within", index), name) for index, name in enumerate(rule.within))
        yield from ((("rules", rule_name, "reads", index), name) for index, name in enumerate(rule.reads))


def _check_key(document: Document[Contract]) -> Iterator[Diagnostic]:
    for index, name in enumerate(document.spec.key):
        column = document.spec.columns.get(name)
        if column is not None and column.nullable:
            yield found(codes.NULLABLE_KEY, document.span("key", index), column=name)
        if name in document.spec.key[:index]:
            yield found(codes.REPEATED_ITEM, document.span("key", index), item=name)


def _check_times(document: Document[Contract]) -> Iterator[Diagnostic]:
    spec = document.spec
    by = spec.columns.get(spec.order.by) if spec.order is not None else None
    if by is not None and by.shape in _NOT_ORDERED:
        fits = "columns of single values"
        span = document.span("order", "by")
        yield found(codes.CONSTRAINT_MISFIT, span, constraint="order", type=by.shape, fits=fits)
    for part in ("cadence", "freshness"):
        value = getattr(spec, part)
        column = spec.columns.get(value.column) if value is not None else None
        if column is not None and head(column.shape) not in _TIMES:
            span = document.span(part, "column")
            yield found(codes.NOT_A_TIME, span, column=value.column, type=column.shape)
    if spec.cadence is not None and spec.cadence.calendar != NO_CALENDAR:
        yield from _check_calendar(document, spec.cadence)


def _check_calendar(document: Document[Contract], cadence: Cadence) -> Iterator[Diagnostic]:
    if cadence.calendar not in CALENDARS:
        suggestion = did_you_mean(cadence.calendar, sorted(CALENDARS))
        span = document.span("cadence", "calendar")
        yield found(codes.CALENDAR_UNKNOWN, span, calendar=cadence.calendar, suggestion=suggestion)
        return
    column = document.spec.columns.get(cadence.column)
    if column is None or head(column.shape) not in _TIMES:
        return
    every = nanoseconds(cadence.every)
    if every > NANOSECONDS_A_DAY or (head(column.shape) == "date" and every != NANOSECONDS_A_DAY):
        data = {"every": cadence.every, "type": column.shape, "calendar": cadence.calendar}
        yield found(codes.CALENDAR_STEP_MISFIT, document.span("cadence", "every"), **data)


def _check_sample(document: Document[Contract]) -> Iterator[Diagnostic]:
    sample, outcome = document.spec.sample, document.spec.on_violation
    if sample is not None and not sample.share:
        yield found(codes.SAMPLE_MISFIT, document.span("sample", "share"), what="a share of 0")
    if sample is not None and outcome not in ("raise", "observe"):
        yield found(codes.SAMPLE_MISFIT, document.key_span("sample"), what=f"`on_violation: {outcome}`")


def _check_exemptions(document: Document[Contract]) -> Iterator[Diagnostic]:
    spec = document.spec
    for index, exemption in enumerate(spec.exempt):
        path: Path = ("exempt", index)
        if exemption.rule not in spec.rules:
            known = list(spec.rules)
            data = {
                "rule": exemption.rule,
                "known": ", ".join(known),
                "suggestion": did_you_mean(exemption.rule, known),
            }
            yield found(codes.UNKNOWN_RULE, document.span(*path, "rule"), **data)
        if set(exemption.key) != set(spec.key):
            key = ", ".join(spec.key) or "the contract has no key"
            yield found(codes.EXEMPTION_KEY_MISMATCH, document.key_span(*path, "key"), key=key)
