"""What can be wrong with a test, as far as it shows by itself: rows that are not there, and what is expected twice."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from peakguard.diagnostics import codes
from peakguard.diagnostics.diagnostic import Diagnostic, found
from peakguard.kinds.test.expected import OfRow, OfStep
from peakguard.kinds.test.model import (
    Case,
    ConfigCase,
    ContractCase,
    ErrorCase,
    ExceptionCase,
    InvariantsCase,
    ResilienceCase,
    Suite,
)
from peakguard.kinds.test.tables import height
from peakguard.language.document import Document
from peakguard.language.model import Model
from peakguard.syntax.node import Path

_OUTCOMES = ("fails", "unknown", "passes")


def check(document: Document[Suite]) -> Iterator[Diagnostic]:
    """Findings within one file of tests."""
    names: dict[str, int] = {}
    for index, case in enumerate(document.spec.tests):
        if case.name is not None and case.name in names:
            span = document.span("tests", index, "name")
            yield found(codes.TEST_NAME_REPEATED, span, name=case.name, first=names[case.name] + 1)
        elif case.name is not None:
            names[case.name] = index
        yield from _check_case(document, ("tests", index), case)


def _check_case(document: Document[Suite], at: Path, case: Case) -> Iterator[Diagnostic]:
    if isinstance(case, ContractCase):
        yield from _check_places(document, at, case.expect, "row", height(case.rows))
    elif isinstance(case, InvariantsCase):
        yield from _check_places(document, at, case.expect, "step", height(case.steps))
    elif isinstance(case, ResilienceCase):
        expects = [call.expect for call in case.calls] + [case.expect]
        if not any(_says(each) for each in expects if each is not None):
            yield _nothing(document, at, "the calls" if case.calls else "the call")
        if case.calls and case.expect is not None:
            span = document.key_span(*at, "expect")
            yield found(codes.EXCLUSIVE_KEYS, span, keys="`calls`, `expect`", found="`calls`, `expect`")
    elif isinstance(case, ConfigCase):
        if not _says(case.expect):
            yield _nothing(document, at, "the configuration")
        yield from _check_outcomes(document, (*at, "expect"), [("", case.expect)])
    elif isinstance(case, ErrorCase) and not _says(case.expect):
        yield _nothing(document, at, "the error")
    elif isinstance(case, ExceptionCase) and case.expect.error is None and _says(case.expect):
        # Of an exception that stays foreign the catalogs know nothing.
        span = document.key_span(*at, "expect")
        reason = "it says no `error`, so that the exception stays foreign"
        yield found(codes.TEST_CAN_NEVER_HOLD, span, expected="what is expected here", reason=reason)


def _check_places(
    document: Document[Suite], at: Path, expects: Sequence[OfRow] | Sequence[OfStep], what: str, count: int
) -> Iterator[Diagnostic]:
    first = 0 if what == "row" else 1
    if not expects:
        yield _nothing(document, at, f"the {what}s")
    named: list[tuple[str, Model]] = []
    each: OfRow | OfStep
    for index, each in enumerate(expects):
        path: Path = (*at, "expect", index)
        number = each.row if isinstance(each, OfRow) else each.step
        named.append((f" of {what} {number}" if number is not None else "", each))
        if number is not None and number >= count + first:
            data = {"what": what, "number": number, "count": count, "first": first}
            yield found(codes.TEST_ROW_BEYOND, document.span(*path, what), **data)
        elif number is None and not _says(each):
            yield found(codes.TEST_EXPECTS_NOTHING, document.span(*path), what="it")
        yield from _check_level(document, path, each, what, number)
    yield from _check_outcomes(document, (*at, "expect"), named)


def _check_level(
    document: Document[Suite], path: Path, each: OfRow | OfStep, what: str, number: int | None
) -> Iterator[Diagnostic]:
    """Some things are of one row, others of all of them."""
    of_one = ("values", "dropped") if what == "row" else ()
    of_all = ("counts", "verdict", "error", "kept") if what == "row" else ("counts", "verdict")
    for key in of_one if number is None else of_all:
        if key in each.model_fields_set:
            reason = f"it is about one {what}" if number is None else f"it is about all {what}s together"
            yield found(codes.TEST_CAN_NEVER_HOLD, document.key_span(*path, key), expected=f"`{key}`", reason=reason)


def _check_outcomes(document: Document[Suite], at: Path, named: Sequence[tuple[str, Model]]) -> Iterator[Diagnostic]:
    """One rule has one outcome of one row; of all rows together it may hold of some and not of others."""
    seen: set[tuple[str, str]] = set()
    for index, (where, each) in enumerate(named):
        inner: Path = (index,) if isinstance(each, OfRow | OfStep) else ()
        for key in _OUTCOMES:
            for place, rule in enumerate(getattr(each, key)):
                scope = where or (key if inner else "")
                if (rule, scope) in seen:
                    span = document.span(*document.written(*at, *inner, key, place))
                    yield found(codes.TEST_CONTRADICTS_ITSELF, span, what=f"`{rule}`{where}")
                seen.add((rule, scope))


def _says(expected: Model) -> bool:
    return bool(expected.model_fields_set - {"row", "step"})


def _nothing(document: Document[Suite], at: Path, what: str) -> Diagnostic:
    return found(codes.TEST_EXPECTS_NOTHING, document.key_span(*at, "expect"), what=what)
