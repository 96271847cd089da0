"""Fields that hold a data type, in the one type grammar of `expression.types`."""

from typing import Annotated, Any

from pydantic import AfterValidator, GetCoreSchemaHandler, GetJsonSchemaHandler, Strict
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema
from pydantic_core.core_schema import no_info_before_validator_function

from peakguard.diagnostics import codes
from peakguard.language.values import fault


def _check_type(text: str, *, loose: bool = False) -> str:
    from peakguard.expression.types import TypeFault, parse_type

    try:
        parse_type(text, loose)
    except TypeFault as error:
        raise fault(codes.BAD_TYPE, found=text, problem=error.problem, start=error.start, end=error.end) from None
    return text


def _check_loose_type(text: str) -> str:
    return _check_type(text, loose=True)


class ShortForm:
    """Lets `symbol: string` stand for `symbol: {type: string}`."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return no_info_before_validator_function(_as_table, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return {"anyOf": [{"type": "string"}, handler(schema)]}


def _as_table(value: Any) -> Any:
    return {"type": value} if isinstance(value, str) else value


TypeText = Annotated[str, Strict(), AfterValidator(_check_type)]
LooseTypeText = Annotated[str, Strict(), AfterValidator(_check_loose_type)]
"""A type, or `datetime` alone for a time of any unit and zone."""
