"""What can be wrong with the columns of a contract."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from peakguard.diagnostics import codes
from peakguard.diagnostics.diagnostic import Diagnostic, found
from peakguard.kinds.contract.model import Column, Contract
from peakguard.language.constraints import CONSTRAINTS, NUMBERS, applies, head
from peakguard.language.document import Document
from peakguard.language.typed import Shape
from peakguard.syntax.node import Path

_DIRECTIVES = frozenset("YmdHMSfybBz%")
_DIRECTIVE = re.compile(r"%(.?)")
_TIMES = "date, datetime"
_LENGTH = re.compile(r"(?=.)(?:\d+w)?(?:\d+d)?(?:\d+h)?(?:\d+m)?(?:\d+s)?", re.ASCII)
"""A length of time as it stands in data, the longest unit first, in units that every type of duration can hold."""
_LOWER = {"gt": "greater than", "ge": "at least"}
_UPPER = {"lt": "less than", "le": "at most"}


def check_columns(document: Document[Contract]) -> Iterator[Diagnostic]:
    """Findings about each column by itself, then about the names they have in the data."""
    for name, column in document.spec.columns.items():
        yield from _check_fit(document, name, column)
        yield from _check_bounds(document, name, column)
        yield from _check_pattern(document, name, column)
        yield from _check_default(document, name, column)
        yield from _check_date_format(document, name, column)
        yield from _check_shape(document, ("columns", name), column)
    yield from _check_physical_names(document)


def _check_fit(document: Document[Contract], name: str, column: Column) -> Iterator[Diagnostic]:
    for key, constraint in CONSTRAINTS.items():
        if getattr(column, key) is not None and not applies(constraint, column.shape):
            span = document.key_span("columns", name, key)
            yield found(codes.CONSTRAINT_MISFIT, span, constraint=key, type=column.shape, fits=constraint.fits)
    if column.parse is not None and head(column.shape) not in _TIMES:
        span = document.key_span("columns", name, "parse")
        yield found(codes.CONSTRAINT_MISFIT, span, constraint="parse", type=column.shape, fits=_TIMES)


def _check_default(document: Document[Contract], name: str, column: Column) -> Iterator[Diagnostic]:
    if column.default is None:
        return
    if column.required:
        yield found(codes.DEFAULT_NEEDLESS, document.key_span("columns", name, "default"), column=name)
    elif column.list is not None or column.record is not None:
        span = document.key_span("columns", name, "default")
        yield found(codes.CONSTRAINT_MISFIT, span, constraint="default", type=column.shape, fits="plain types")
    elif (reason := _misfit(column)) is not None:
        span = document.span("columns", name, "default")
        yield found(codes.DEFAULT_MISFIT, span, value=str(column.default), type=column.type, reason=reason)


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


def _check_shape(document: Document[Contract], path: Path, shape: Shape) -> Iterator[Diagnostic]:
    """What a type leaves open or cannot have, in the column and in all that it holds."""
    if shape.type == "enum" and shape.values is None:
        yield found(codes.ENUM_WITHOUT_VALUES, document.span(*path, "type"))
    if "finite" in shape.model_fields_set and shape.type != "float64":
        yield found(
            codes.CONSTRAINT_MISFIT,
            document.key_span(*path, "finite"),
            constraint="finite",
            type=shape.shape,
            fits="float64",
        )
    if shape.unit is not None and head(shape.type) not in NUMBERS:
        span = document.key_span(*path, "unit")
        yield found(codes.CONSTRAINT_MISFIT, span, constraint="unit", type=shape.shape, fits="numbers")
    for inner, part in _parts(document, path, shape):
        yield from _check_values(document, inner, part)
        yield from _check_shape(document, inner, part)


def _check_values(document: Document[Contract], path: Path, part: Shape) -> Iterator[Diagnostic]:
    """The one constraint that what is inside a column may have."""
    constraint = CONSTRAINTS["values"]
    if part.values is not None and not applies(constraint, part.shape):
        span = document.key_span(*path, "values")
        yield found(codes.CONSTRAINT_MISFIT, span, constraint="values", type=part.shape, fits=constraint.fits)


def _parts(document: Document[Contract], path: Path, shape: Shape) -> Iterator[tuple[Path, Shape]]:
    """The element of a list, the fields of a record, each with where it is written."""
    if shape.list is not None:
        yield document.written(*path, "list"), shape.list
    for name, field in (shape.record or {}).items():
        yield document.written(*path, "record", name), field


def _check_bounds(document: Document[Contract], name: str, column: Column) -> Iterator[Diagnostic]:
    for low_key, low in _stated(column, _LOWER):
        for high_key, high in _stated(column, _UPPER):
            touches = low == high and (low_key, high_key) != ("ge", "le")
            if low > high or touches:
                data = {"lower": f"{_LOWER[low_key]} {low}", "upper": f"{_UPPER[high_key]} {high}"}
                yield found(codes.EMPTY_RANGE, document.span("columns", name, high_key), **data)
    least, most = column.min_length, column.max_length
    if least is not None and most is not None and least > most:
        span = document.span("columns", name, "max_length")
        yield found(codes.EMPTY_RANGE, span, lower=f"at least {least} long", upper=f"at most {most} long")


def _stated(column: Column, bounds: Mapping[str, str]) -> Iterator[tuple[str, int | float]]:
    return ((key, bound) for key in bounds if (bound := getattr(column, key)) is not None)


def _check_pattern(document: Document[Contract], name: str, column: Column) -> Iterator[Diagnostic]:
    if column.matches is None:
        return
    from peakguard.expression.patterns import check_pattern

    fault = check_pattern(column.matches)
    if fault is not None:
        span = document.inner_span(("columns", name, "matches"), fault.start, fault.end)
        yield found(codes.BAD_PATTERN, span, construct=fault.construct, reason=fault.reason)


def _check_date_format(document: Document[Contract], name: str, column: Column) -> Iterator[Diagnostic]:
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
