"""Short forms of what a policy says: a text or number for a table, `true` for an empty one, one for a list of one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema
from pydantic_core.core_schema import no_info_before_validator_function

_SCHEMAS = {str: {"type": "string"}, bool: {"type": "boolean"}, int: {"type": "integer"}}


class Short:
    """Lets a value of a type stand for what `expand` makes of it; editors are told of both forms."""

    def __init__(self, type: type, expand: Callable[[Any], Any]) -> None:
        self._type = type
        self._expand = expand

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return no_info_before_validator_function(self._expanded, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        whole = handler(schema)
        # A table stands for a list of one, and is what the list holds.
        return {"anyOf": [_SCHEMAS.get(self._type) or whole["items"], whole]}

    def _expanded(self, value: Any) -> Any:
        is_short = isinstance(value, self._type) and not (isinstance(value, bool) and self._type is int)
        return self._expand(value) if is_short else value
