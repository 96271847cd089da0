"""What can be wrong with the type of a value and with its bounds, in whatever policy it is declared."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from peakguard.diagnostics import codes
from peakguard.diagnostics.diagnostic import Diagnostic, found
from peakguard.language.constraints import CONSTRAINTS, NUMBERS, TIMES, applies, bound_fits, head, measure
from peakguard.language.document import Document
from peakguard.language.header import Policy
from peakguard.language.typed import NO_BYTES, Bounded, Shape
from peakguard.syntax.node import Path

_LOWER = {"gt": "greater than", "ge": "at least"}
_LENGTH = "a length of time in whole milliseconds"
_REFUSES: Mapping[str, Callable[[str, Any], bool]] = {
    "not_in": lambda item, refused: item in refused,
    "starts_with": lambda item, part: not item.startswith(part),
    "ends_with": lambda item, part: not item.endswith(part),
    "contains": lambda item, part: part not in item,
    "min_length": lambda item, least: len(item) < least,
    "max_length": lambda item, most: len(item) > most,
}
"""When a constraint refuses a text."""
_UPPER = {"lt": "less than", "le": "at most"}


def check_bounded(document: Document[Policy], path: Path, value: Bounded) -> Iterator[Diagnostic]:
    """Findings about the value that is declared at a path."""
    for key, constraint in CONSTRAINTS.items():
        if getattr(value, key) is not None and not applies(constraint, value.shape):
            span = document.key_span(*path, key)
            yield found(codes.CONSTRAINT_MISFIT, span, constraint=key, type=value.shape, fits=constraint.fits)
    yield from _check_range(document, path, value)
    yield from _check_pattern(document, path, value)
    yield from _check_refused(document, path, value)
    yield from _check_listed(document, path, value)
    yield from check_shape(document, path, value)


def check_shape(document: Document[Policy], path: Path, shape: Shape) -> Iterator[Diagnostic]:
    """What a type leaves open or cannot have, in a value and in all that it holds."""
    if shape.type == "binary" and not document.spec.HOLDS_BYTES:
        span = document.span(*path, "type")
        yield found(codes.BAD_TYPE, span, found=shape.type, problem=NO_BYTES)
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
        yield from check_shape(document, inner, part)


def _check_values(document: Document[Policy], path: Path, part: Shape) -> Iterator[Diagnostic]:
    """The one constraint that what is inside a value may have."""
    constraint = CONSTRAINTS["values"]
    if part.values is not None and not applies(constraint, part.shape):
        span = document.key_span(*path, "values")
        yield found(codes.CONSTRAINT_MISFIT, span, constraint="values", type=part.shape, fits=constraint.fits)


def _parts(document: Document[Policy], path: Path, shape: Shape) -> Iterator[tuple[Path, Shape]]:
    """The element of a list, the fields of a record, each with where it is written."""
    if shape.list is not None:
        yield document.written(*path, "list"), shape.list
    for name, field in (shape.record or {}).items():
        yield document.written(*path, "record", name), field


def _check_range(document: Document[Policy], path: Path, value: Bounded) -> Iterator[Diagnostic]:
    kind = head(value.shape)
    for key, bound in (*_stated(value, _LOWER), *_stated(value, _UPPER)):
        if kind in (*NUMBERS, *TIMES) and not bound_fits(bound, kind):
            expected = {"date": "a day", "datetime": "a day", "duration": _LENGTH}.get(kind, "a number")
            span = document.span(*path, key)
            yield found(codes.WRONG_TYPE, span, expected=f"{expected}, as its values are {kind}", found=_shown(bound))
            return
    for low_key, low in _stated(value, _LOWER):
        for high_key, high in _stated(value, _UPPER):
            least, most = measure(low), measure(high)
            touches = least == most and (low_key, high_key) != ("ge", "le")
            if least > most or touches:
                data = {"lower": f"{_LOWER[low_key]} {low}", "upper": f"{_UPPER[high_key]} {high}"}
                yield found(codes.EMPTY_RANGE, document.span(*path, high_key), **data)
    yield from _check_multiples(document, path, value)
    least, most = value.min_length, value.max_length
    if least is not None and most is not None and least > most:
        span = document.span(*path, "max_length")
        yield found(codes.EMPTY_RANGE, span, lower=f"at least {least} long", upper=f"at most {most} long")


def _check_multiples(document: Document[Policy], path: Path, value: Bounded) -> Iterator[Diagnostic]:
    """Whether a multiple lies between the bounds."""
    step = value.multiple_of
    least = max(
        (bound + (key == "gt") for key, bound in _stated(value, _LOWER) if isinstance(bound, int)), default=None
    )
    most = min((bound - (key == "lt") for key, bound in _stated(value, _UPPER) if isinstance(bound, int)), default=None)
    if step is None or least is None or most is None or least > most:
        return
    if -(-least // step) * step > most:
        data = {"lower": f"a multiple of {step}", "upper": f"from {least} to {most}"}
        yield found(codes.EMPTY_RANGE, document.span(*path, "multiple_of"), **data)


def _check_refused(document: Document[Policy], path: Path, value: Bounded) -> Iterator[Diagnostic]:
    """The items of `not_in` are of a kind with the values."""
    if value.not_in is None or not applies(CONSTRAINTS["not_in"], value.shape):
        return
    kind, word = (int, "a whole number") if value.type == "int64" else (str, "a text")
    for index, item in enumerate(value.not_in):
        if not isinstance(item, kind):
            expected = f"{word}, as its values are {value.type}"
            yield found(codes.WRONG_TYPE, document.span(*path, "not_in", index), expected=expected, found=_shown(item))


def _check_listed(document: Document[Policy], path: Path, value: Bounded) -> Iterator[Diagnostic]:
    """A value that `values` allows is refused by no other constraint."""
    if value.values is None or not applies(CONSTRAINTS["values"], value.shape):
        return
    for index, item in enumerate(value.values):
        for key, refuses in _REFUSES.items():
            stated = getattr(value, key)
            if stated is not None and applies(CONSTRAINTS[key], value.shape) and refuses(item, stated):
                span = document.span(*path, "values", index)
                yield found(codes.VALUE_REFUSED, span, value=item, constraint=key)


def _shown(bound: float | str) -> str:
    return f"the text `{bound}`" if isinstance(bound, str) else f"the number {bound}"


def _stated(value: Bounded, bounds: Mapping[str, str]) -> Iterator[tuple[str, int | float | str]]:
    return ((key, bound) for key in bounds if (bound := getattr(value, key)) is not None)


def _check_pattern(document: Document[Policy], path: Path, value: Bounded) -> Iterator[Diagnostic]:
    if value.matches is None:
        return
    from peakguard.expression.patterns import check_pattern

    fault = check_pattern(value.matches)
    if fault is not None:
        span = document.inner_span((*path, "matches"), fault.start, fault.end)
        yield found(codes.BAD_PATTERN, span, construct=fault.construct, reason=fault.reason)
