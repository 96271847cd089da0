"""Which part of a configuration a table of the policy declares, and the short forms that stand for it."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema
from pydantic_core.core_schema import no_info_before_validator_function

FIELD, TABLE, UNION, MAP, RENAMED = "(field)", "(table)", "(union)", "(map)", "(renamed)"
"""Tags of the parts; the brackets keep them apart from keys, which locations of faults are made of."""
_WORDS = (("fields", TABLE), ("union", UNION), ("variants", UNION), ("keys", MAP))
_OF_FIELD = ("type", "list", "record")


def part_of(value: Any) -> str:
    """The tag of a part as it is written in full."""
    if isinstance(value, BaseModel):
        return {"Value": FIELD, "Table": TABLE, "Variants": UNION, "Map": MAP}.get(type(value).__name__, RENAMED)
    if not isinstance(value, dict):
        return FIELD
    for word, tag in _WORDS:
        if _is_word(value, word):
            return tag
    if any(_is_word(value, word) for word in _OF_FIELD):
        return FIELD
    return RENAMED if "deprecated" in value else TABLE


class InFull:
    """Lets `float64` stand for `{type: float64}`, and a table of fields for `{fields: …}`; editors know both forms."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return no_info_before_validator_function(_in_full, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        fields = {"type": "object", "additionalProperties": {"type": ["object", "string"]}}
        return {"anyOf": [{"type": "string"}, handler(schema), fields]}


def _in_full(value: Any) -> Any:
    if isinstance(value, str):
        return {"type": value}
    if isinstance(value, dict) and part_of(value) == TABLE and not _is_word(value, "fields"):
        return {"fields": value}
    return value


def _is_word(value: dict[str, Any], word: str) -> bool:
    """Whether a key is the word of a part; as the name of a field it would stand before a table."""
    if word not in value:
        return False
    found = value[word]
    return isinstance(found, str) if word in ("type", "union", "keys") else word != "fields" or isinstance(found, dict)
