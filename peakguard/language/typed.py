"""Fields that hold a data type, in the one type grammar of `expression.types`."""

from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Strict

from peakguard.diagnostics import codes
from peakguard.language.values import fault


def _check_type(text: str) -> str:
    from peakguard.expression.types import TypeFault, parse_type

    try:
        parse_type(text)
    except TypeFault as error:
        raise fault(codes.BAD_TYPE, found=text, problem=error.problem, start=error.start, end=error.end) from None
    return text


def _check_loose_type(text: str) -> str:
    return text if text == "datetime" else _check_type(text)


def as_table(value: Any) -> Any:
    """`symbol: string` is short for `symbol: {type: string}`."""
    return {"type": value} if isinstance(value, str) else value


TypeText = Annotated[str, Strict(), AfterValidator(_check_type)]
LooseTypeText = Annotated[str, Strict(), AfterValidator(_check_loose_type)]
"""A type, or `datetime` alone for a time of any unit and zone."""
ShortForm = BeforeValidator(as_table)
