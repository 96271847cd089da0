"""What can be wrong with the columns of a contract."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from peakguard.diagnostics import codes
from peakguard.diagnostics.diagnostic import Diagnostic, found
from peakguard.expression import compile_text, emit_scalar
from peakguard.expression.scope import Scope
from peakguard.kinds.contract.model import Column, Contract
from peakguard.language.check_bounded import check_bounded
from peakguard.language.constraints import CONSTRAINTS, applies, head
from peakguard.language.document import Document
from peakguard.language.typed import column_of

if TYPE_CHECKING:
    from peakguard.expression.typed import TypedExpression

_DIRECTIVES = frozenset("YmdHMSfybBz%")
_DIRECTIVE = re.compile(r"%(.?)")
_TIMES = "date, datetime"
_LENGTH = re.compile(r"(?=.)(?:\d+w)?(?:\d+d)?(?:\d+h)?(?:\d+m)?(?:\d+s)?", re.ASCII)
"""A length of time as it stands in data, the longest unit first, in units that every type of duration can hold."""


def check_columns(document: Document[Contract]) -> Iterator[Diagnostic]:
    """Findings about each column by itself, then about the names they have in the data."""
    for name, column in document.spec.columns.items():
        yield from check_bounded(document, ("columns", name), column)
        yield from _check_default(document, name, column)
        yield from _check_date_format(document, name, column)
    yield from _check_physical_names(document)


def _check_default(document: Document[Contract], name: str, column: Column) -> Iterator[Diagnostic]:
    if column.default is None:
        return
    if column.required:
        yield found(codes.DEFAULT_NEEDLESS, document.key_span("columns", name, "default"), column=name)
    elif column.list is not None or column.record is not None or column.type == "binary":
        span = document.key_span("columns", name, "default")
        yield found(codes.CONSTRAINT_MISFIT, span, constraint="default", type=column.shape, fits="plain types")
    elif (reason := _misfit(column)) is not None:
        span = document.span("columns", name, "default")
        yield found(codes.DEFAULT_MISFIT, span, value=str(column.default), type=column.type, reason=reason)
    else:
        yield from _check_default_holds(document, name, column)


def _check_default_holds(document: Document[Contract], name: str, column: Column) -> Iterator[Diagnostic]:
    """What the constraints of a column say of its default."""
    kind = head(column.shape)
    if kind == "duration":  # a length as it is written is read where data are read
        return
    from peakguard.runtime.values import reader

    value = reader(column.type, frozenset(column.values or ()))(column.default)
    scope = Scope(columns={name: column_of(column)})
    for key, constraint in CONSTRAINTS.items():
        stated = getattr(column, key)
        if stated is None or not applies(constraint, column.shape):
            continue
        asks = constraint.text(name, stated, kind)
        typed, _ = compile_text(asks, scope)
        if typed is not None and _judged(typed, value) is False:
            data = {"value": str(column.default), "constraint": key, "asks": asks}
            yield found(codes.DEFAULT_REFUSED, document.span("columns", name, "default"), **data)


def _judged(typed: TypedExpression, value: Any) -> bool | None:
    """What an expression says of a value; None also where it cannot be asked here, as patterns without RE2."""
    from peakguard.runtime.errors import PeakguardError
    from peakguard.runtime.scalar import load_scalar

    try:
        verdict: bool | None = load_scalar(emit_scalar(typed))(value)
    except PeakguardError:
        return None
    return verdict


def _misfit(column: Column) -> str | None:
    """Why a default is no value of its column, None where it is one."""
    from peakguard.runtime.values import NotAValue, reader

    if head(column.type) == "duration" and isinstance(column.default, str) and _LENGTH.fullmatch(column.default):
        return None
    try:
        reader(column.type, frozenset(column.values or ()))(column.default)
    except NotAValue as error:
        return error.reason
    return None


def _check_date_format(document: Document[Contract], name: str, column: Column) -> Iterator[Diagnostic]:
    if column.parse is not None and head(column.shape) not in _TIMES:
        span = document.key_span("columns", name, "parse")
        yield found(codes.CONSTRAINT_MISFIT, span, constraint="parse", type=column.shape, fits=_TIMES)
    for match in _DIRECTIVE.finditer(column.parse or ""):
        if match[1] not in _DIRECTIVES or not match[1]:
            span = document.inner_span(("columns", name, "parse"), *match.span())
            yield found(codes.BAD_DATE_FORMAT, span, found=match[0])


def _check_physical_names(document: Document[Contract]) -> Iterator[Diagnostic]:
    claimed: dict[str, str] = {}
    for name, column in document.spec.columns.items():
        own = [(("columns", name, "source") if column.source else ("columns", name), column.source or name)]
        aliases = [(("columns", name, "aliases", index), alias) for index, alias in enumerate(column.aliases)]
        for path, physical in [*own, *aliases]:
            first = claimed.setdefault(physical, name)
            if first != name:
                span = document.key_span(*path) if len(path) == 2 else document.span(*path)
                yield found(codes.PHYSICAL_NAME_TAKEN, span, name=physical, first=first)
